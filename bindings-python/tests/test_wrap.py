"""``wrap_client`` around the real clients of OpenAI and Anthropic."""

from __future__ import annotations

import asyncio
import gc
import os
import time
from collections.abc import Iterator
from typing import Any

import anthropic
import llm
import openai
import pytest
from conftest import run_python
from server import Reply, Server

from dashclaw import AsyncDashClaw, DashClaw

MESSAGES: Any = [{"role": "user", "content": "hello"}]
CHAT: Any = {"model": "gpt", "messages": MESSAGES}
USAGE: Any = {"stream_options": {"include_usage": True}}
TALK: Any = {"model": "claude", "messages": MESSAGES, "max_tokens": 10}
GPT = {"tokens_in": 5, "tokens_out": 6, "model": "gpt-real", "agent_id": "agent-1"}
CLAUDE = {"tokens_in": 7, "tokens_out": 8, "model": "claude-real", "agent_id": "agent-1"}


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    server.on("POST", "/api/tokens", {"recorded": True})
    llm.serve(server)
    yield server
    server.close()


def reports(server: Server, claw: DashClaw | None = None) -> list[Any]:
    """What was reported by now."""
    if claw is not None:
        claw._flush()
    found = server.bodies("POST", "/api/tokens")
    server.requests.clear()
    return found


@pytest.fixture
def gpt(server: Server) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{server.url}/v1", api_key="k", max_retries=0) as client:
        yield client


@pytest.fixture
def claude(server: Server) -> Iterator[anthropic.Anthropic]:
    with anthropic.Anthropic(base_url=server.url, api_key="k", max_retries=0) as client:
        yield client


def test_whole_answers_are_reported(server: Server, claw: DashClaw, gpt: openai.OpenAI, claude: anthropic.Anthropic) -> None:
    assert claw.wrap_client(gpt) is gpt
    assert gpt.chat.completions.create(**CHAT).choices[0].message.content == '{"answer": 42}'
    assert reports(server, claw) == [GPT]
    gpt.responses.create(model="gpt", input="hello")
    assert reports(server, claw) == [GPT]
    gpt.chat.completions.parse(**CHAT)
    assert reports(server, claw) == [GPT]
    other = claw.wrap_client(claude)
    assert other.messages.create(**TALK).content[0].text == "hi"
    assert reports(server, claw) == [CLAUDE]


def test_streams_are_reported_when_they_end(server: Server, claw: DashClaw, gpt: openai.OpenAI) -> None:
    client = claw.wrap_client(gpt)
    stream = client.chat.completions.create(**CHAT, **USAGE, stream=True)
    assert isinstance(stream, openai.Stream) and type(stream).__name__ == "Stream"
    next(stream)
    assert reports(server, claw) == []
    assert [chunk.choices for chunk in stream][-1] == []
    assert reports(server, claw) == [GPT]
    with client.chat.completions.create(**CHAT, **USAGE, stream=True) as stream:
        assert len(list(stream)) == 3
    assert stream.response.is_closed and reports(server, claw) == [GPT]
    assert [event.type for event in client.responses.create(model="gpt", input="hello", stream=True)][-1] == "response.completed"
    assert reports(server, claw) == [GPT]
    with client.chat.completions.stream(**CHAT, **USAGE) as events:
        assert events.get_final_completion().choices[0].message.content == "hi"
    assert reports(server, claw) == [GPT]
    with client.responses.stream(model="gpt", input="hello") as answers:
        assert answers.get_final_response().id == "r"
    assert reports(server, claw) == [GPT]


def test_streams_of_anthropic_are_reported_when_they_end(server: Server, claw: DashClaw, claude: anthropic.Anthropic) -> None:
    client = claw.wrap_client(claude)
    assert [event.type for event in client.messages.create(**TALK, stream=True)][-1] == "message_stop"
    assert reports(server, claw) == [CLAUDE]
    with client.messages.stream(**TALK) as stream:
        assert isinstance(stream, anthropic.MessageStream)
        assert "".join(stream.text_stream) == "hi"
        assert stream.get_final_message().usage.output_tokens == 8
    assert reports(server, claw) == [CLAUDE]


def test_a_stream_that_nobody_reads_to_its_end_is_reported_as_far_as_it_told(server: Server, claw: DashClaw, gpt: openai.OpenAI, claude: anthropic.Anthropic) -> None:
    client = claw.wrap_client(claude)
    begun = {**CLAUDE, "tokens_out": 1}
    with client.messages.create(**TALK, stream=True) as stream:
        next(stream)
    assert reports(server, claw) == [begun]
    stream = client.messages.create(**TALK, stream=True)
    for _ in stream:
        break
    stream.response.close()
    del stream
    gc.collect()
    assert reports(server, claw) == [begun]
    list(claw.wrap_client(gpt).chat.completions.create(**CHAT, stream=True).response.iter_raw())
    assert reports(server, claw) == []


def test_answers_with_their_headers_are_reported_when_they_are_parsed(server: Server, claw: DashClaw, gpt: openai.OpenAI) -> None:
    client = claw.wrap_client(gpt)
    raw = client.chat.completions.with_raw_response.create(**CHAT)
    assert raw.headers["content-type"] == "application/json"
    assert reports(server, claw) == []
    assert raw.parse() is raw.parse()
    assert reports(server, claw) == [GPT]
    stream = client.chat.completions.with_raw_response.create(**CHAT, **USAGE, stream=True).parse()
    assert len(list(stream)) == 3
    assert reports(server, claw) == [GPT]
    with client.chat.completions.with_streaming_response.create(**CHAT) as response:
        assert response.parse().model == "gpt-real"
    assert reports(server, claw) == [GPT]


def test_asyncio_clients_are_reported(server: Server) -> None:
    async def main() -> None:
        async with (
            AsyncDashClaw(server.url, "oc_live_secret", "agent-1") as claw,
            openai.AsyncOpenAI(base_url=f"{server.url}/v1", api_key="k") as one,
            anthropic.AsyncAnthropic(base_url=server.url, api_key="k") as two,
        ):
            assert claw.wrap_client(one) is one and claw.wrap_client(two) is two

            async def reported() -> list[Any]:
                await asyncio.to_thread(claw._flush)
                return reports(server)

            assert (await one.chat.completions.create(**CHAT)).model == "gpt-real"
            await one.responses.create(model="gpt", input="hello")
            await two.messages.create(**TALK)
            assert await reported() == [GPT, GPT, CLAUDE]
            stream = await one.chat.completions.create(**CHAT, **USAGE, stream=True)
            assert isinstance(stream, openai.AsyncStream)
            assert len([chunk async for chunk in stream]) == 3
            async with await one.responses.create(model="gpt", input="hello", stream=True) as events:
                assert len([event async for event in events]) == 2
            async with await two.messages.create(**TALK, stream=True) as begun:
                await anext(begun)
            assert await reported() == [GPT, GPT, {**CLAUDE, "tokens_out": 1}]
            async with two.messages.stream(**TALK) as helped:
                assert await helped.get_final_text() == "hi"
            async with one.chat.completions.stream(**CHAT, **USAGE) as helped_chat:
                await helped_chat.until_done()
            raw = await one.chat.completions.with_raw_response.create(**CHAT)
            assert raw.parse().model == "gpt-real"
            async with one.chat.completions.with_streaming_response.create(**CHAT) as response:
                await response.parse()
            assert await reported() == [CLAUDE, GPT, GPT, GPT]
            await two.messages.create(**TALK)
        assert reports(server) == [CLAUDE], "the end of the client waits for the last report"

    asyncio.run(main())


def test_wrapping_twice_is_wrapping_once(server: Server, claw: DashClaw, gpt: openai.OpenAI) -> None:
    with DashClaw(server.url, "oc_live_secret", "agent-2") as second:
        assert second.wrap_client(claw.wrap_client(claw.wrap_client(gpt))) is gpt
        gpt.chat.completions.create(**CHAT)
        second._flush()
    assert reports(server, claw) == [GPT]


def test_what_is_no_client_is_refused(server: Server, claw: DashClaw, claude: anthropic.Anthropic) -> None:
    for wrong, provider in ((object(), None), (claude, "gemini"), (claude, "openai"), (claude, ""), (None, "anthropic")):
        with pytest.raises(ValueError, match="`provider`|`llm_client`"):
            claw.wrap_client(wrong, provider)  # type: ignore[arg-type]
    assert "create" not in vars(claude.messages)
    claw.wrap_client(claude, provider="anthropic").messages.create(**TALK)
    assert reports(server, claw) == [CLAUDE]


def test_errors_of_the_model_pass_and_are_not_reported(server: Server, claw: DashClaw, gpt: openai.OpenAI) -> None:
    client = claw.wrap_client(gpt)
    with pytest.raises(openai.BadRequestError):
        client.chat.completions.create(model="broken", messages=MESSAGES)
    with pytest.raises(openai.BadRequestError):
        client.chat.completions.create(model="broken", messages=MESSAGES, stream=True)
    assert reports(server, claw) == []


def test_a_server_that_fails_or_is_slow_disturbs_nobody(server: Server, claw: DashClaw, gpt: openai.OpenAI) -> None:
    client = claw.wrap_client(gpt)
    server.on("POST", "/api/tokens", Reply({"error": "no"}, status=500))
    client.chat.completions.create(**CHAT)
    assert len(reports(server, claw)) == 1
    server.on("POST", "/api/tokens", Reply(delay=30))
    started = time.monotonic()
    for _ in range(3):
        client.chat.completions.create(**CHAT)
    assert time.monotonic() - started < 1.5
    claw.close()
    assert time.monotonic() - started < 5, "the end waits for 2 seconds"
    client.chat.completions.create(**CHAT)


PROGRAM = """
import os, sys, llm, openai
from dashclaw import DashClaw
claw = DashClaw(sys.argv[1], "oc_live_secret", "agent-1")
client = claw.wrap_client(openai.OpenAI(base_url=sys.argv[1] + "/v1", api_key="k"))
client.chat.completions.create(model="gpt", messages=[{"role": "user", "content": "hello"}])
"""


def test_the_end_of_the_program_sends_the_last_reports_and_does_not_hang(server: Server) -> None:
    done = run_python(PROGRAM, server.url)
    assert done.returncode == 0, done.stderr
    assert reports(server) == [GPT]
    server.on("POST", "/api/tokens", Reply(delay=30))
    done = run_python(PROGRAM, server.url, timeout=15)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
def test_a_forked_child_reports_for_itself(server: Server) -> None:
    child = "\nif os.fork() == 0:\n    client.responses.create(model='gpt', input='hello')\n    claw.close()\nelse:\n    os.wait()\n"
    done = run_python(PROGRAM + "claw._flush()" + child, server.url)
    assert done.returncode == 0, done.stderr
    assert reports(server) == [GPT, GPT]
