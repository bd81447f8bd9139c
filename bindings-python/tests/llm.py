"""Answers of the two providers, as their clients expect them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from server import Reply, Request, Server

CHUNKS = [
    {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "gpt-real", "choices": [{"index": 0, "delta": {"role": "assistant", "content": "hi"}}]},
    {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "gpt-real", "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]},
    {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "gpt-real", "choices": [], "usage": {"prompt_tokens": 5, "completion_tokens": 6, "total_tokens": 11}},
]  # fmt: skip
CHAT = {
    "id": "c", "object": "chat.completion", "created": 1, "model": "gpt-real",
    "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "{\"answer\": 42}"}}],
    "usage": {"prompt_tokens": 5, "completion_tokens": 6, "total_tokens": 11},
}  # fmt: skip
RESPONSE = {
    "id": "r", "object": "response", "created_at": 1, "model": "gpt-real", "status": "completed", "output": [],
    "parallel_tool_calls": True, "tool_choice": "auto", "tools": [],
    "usage": {
        "input_tokens": 5, "output_tokens": 6, "total_tokens": 11,
        "input_tokens_details": {"cached_tokens": 0}, "output_tokens_details": {"reasoning_tokens": 0},
    },
}  # fmt: skip
RESPONSE_EVENTS = [
    {"type": "response.created", "sequence_number": 0, "response": {**RESPONSE, "status": "in_progress", "usage": None}},
    {"type": "response.completed", "sequence_number": 1, "response": RESPONSE},
]
MESSAGE = {
    "id": "m", "type": "message", "role": "assistant", "model": "claude-real", "stop_reason": "end_turn",
    "stop_sequence": None, "content": [{"type": "text", "text": "hi"}], "usage": {"input_tokens": 7, "output_tokens": 8},
}  # fmt: skip
MESSAGE_EVENTS: list[dict[str, Any]] = [
    {"type": "message_start", "message": {**MESSAGE, "content": [], "stop_reason": None, "usage": {"input_tokens": 7, "output_tokens": 1}}},
    {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "hi"}},
    {"type": "content_block_stop", "index": 0},
    {"type": "message_delta", "delta": {"stop_reason": "end_turn", "stop_sequence": None}, "usage": {"output_tokens": 8}},
    {"type": "message_stop"},
]  # fmt: skip


def serve(server: Server) -> None:
    """Lets the server answer as both providers."""
    server.on("POST", "/v1/chat/completions", lambda request: _answer(request, CHAT, CHUNKS))
    server.on("POST", "/v1/responses", lambda request: _answer(request, RESPONSE, RESPONSE_EVENTS))
    server.on("POST", "/v1/messages", lambda request: _answer(request, MESSAGE, MESSAGE_EVENTS))


def _answer(request: Request, whole: Mapping[str, Any], pieces: list[dict[str, Any]]) -> Reply:
    if request.body.get("model") == "broken":
        return Reply({"error": {"message": "no such model"}}, status=400)
    if not request.body.get("stream"):
        return Reply(whole)
    return Reply(events=[(0, _event(piece)) for piece in pieces])


def _event(piece: Mapping[str, Any]) -> str:
    name = f"event: {piece['type']}\n" if "type" in piece else ""
    return f"{name}data: {json.dumps(piece)}\n\n"
