//! What takes a reader over, as a table.
//!
//! A pattern names what is done **and to what**, because the verbs are everybody's: one ignores whitespace, enables debug
//! mode on a host, acts as a system of record. `END` stands for the end of a clause: what is the whole object in an order
//! to a model (`repeat everything above`) only describes a thing elsewhere (`the above steps`).

use super::Severity::{self, Critical, High, Medium};

/// Categories and how bad they are.
pub(super) const CATEGORIES: [(&str, Severity); 7] = [
    ("role_override", Critical),
    ("delimiter_injection", High),
    ("instruction_smuggling", High),
    ("data_exfiltration", High),
    ("encoding_evasion", High),
    ("context_manipulation", Medium),
    ("output_manipulation", Medium),
];

/// What `END` in a pattern stands for.
pub(super) const END: &str = r#"\s*(?:$|[.,;:!?()"'\n\]]|\b(?:and|or|then|but|now|please|immediately|verbatim|exactly|word|so|because|to\s+me)\b)"#;

/// One pattern. All ignore case.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pattern {
    pub(super) name: &'static str,
    pub(super) category: &'static str,
    pub(super) text: &'static str,
    /// Whether it has to be an order: `how to ignore …` and `do not ignore …` are none.
    pub(super) order: bool,
}

const fn order(name: &'static str, category: &'static str, text: &'static str) -> Pattern {
    Pattern { name, category, text, order: true }
}

const fn sign(name: &'static str, category: &'static str, text: &'static str) -> Pattern {
    Pattern { name, category, text, order: false }
}

/// All patterns.
pub(super) const PATTERNS: &[Pattern] = &[
    order(
        "ignore_instructions",
        "role_override",
        r"\b(?:ignor(?:e|ing)|forget(?:ting)?|neglect|discard|override|bypass|overlook|unlearn|(?:do\s+not|don'?t|stop)\s+(?:obey|follow)(?:ing)?|pay\s+no\s+attention\s+to|set\s+aside)\s+(?:(?:all|any|every|each|both|of|the|my|your|these|those|this|that|and)\s+){0,5}(?:previous(?:ly)?|prior|above|earlier|preceding|former|foregoing|past|initial|original|old|existing|system|developer|your)\s+(?:(?:given|system|safety|and|above|previous|prior|original|initial|developer|set\s+of)\s+){0,3}(?:instructions?|directives?|commands|orders|programming|training|(?:prompts?|rules?|guidelines?|context|constraints|restrictions|messages|conversation)END)",
    ),
    order(
        "forget_everything",
        "role_override",
        r"\b(?:ignore|forget|disregard|discard|unlearn)\s+(?:about\s+)?(?:everything|anything|all|whatever|what)\s+(?:that\s+)?(?:(?:you|i|we|they)(?:'ve|\s+(?:have|had|were|are|was|ever))?\s+(?:been\s+|just\s+|previously\s+)?(?:told|taught|said|given|instructed|trained|learn(?:ed|t)?|know|knew|read|seen|wrote|heard)|(?:was|is|has\s+been|came|comes|is\s+written|was\s+written|was\s+said)\s+(?:said\s+|written\s+)?(?:above|before|previously|earlier|so\s+far)END|(?:above|before|prior|previously|so\s+far|up\s+to\s+(?:now|here|this\s+point)|before\s+this|until\s+now|of\s+the\s+above)END)",
    ),
    order(
        "disregard_instructions",
        "role_override",
        r"\bdisregard(?:ing)?\s+(?:(?:all|any|every|of|the|my|your|these|those|previous|prior|above|earlier|system|original|initial|existing)\s+){1,6}(?:instructions?|prompts?|directives?|orders|commands|(?:rules?|guidelines?|context)END)|\bdisregard\s+(?:all\s+(?:of\s+)?)?the\s+(?:above|foregoing)END",
    ),
    order(
        "lift_restrictions",
        "role_override",
        r"\b(?:bypass|disable|turn\s+off|switch\s+off|remove|drop|ignore|override|forget|lift|break)\s+(?:(?:all|any|of|each)\s+){0,3}(?:your|the\s+(?:model|assistant|ai|llm|agent)'?s)\s+(?:[a-z]+\s+){0,2}(?:safety|filters?|restrictions?|guidelines?|guardrails?|safeguards?|programming|limitations?|rules|polic(?:y|ies)|constraints?|instructions?|prompts?|training)\b",
    ),
    sign(
        "void_instructions",
        "role_override",
        r"\b(?:your|all|any|the|these)\s+(?:previous|prior|earlier|above|original|initial|old|other|system)\s+(?:instructions?|prompts?|directives?|orders)\s+(?:are|is|were)\s+(?:now\s+|no\s+longer\s+)?(?:void|cancell?ed|obsolete|invalid|valid|revoked|superseded|replaced|null|irrelevant|over|in\s+effect)\b|\byour\s+(?:new|real|actual|true|only|updated)\s+(?:instructions?|task|role|goal|objective|purpose|orders?|mission)\s+(?:is|are)\b",
    ),
    sign(
        "ignore_in_other_languages",
        "role_override",
        r"\b(?:ignorieren?|ignoriert|vergiss|vergessen\s+sie|missachte)\s+(?:sie\s+)?(?:[a-z]+\s+){0,3}(?:vorherigen?|vorigen|bisherigen?|obigen?|fruheren?|vorangegangenen)\s+(?:[a-z]+\s+)?(?:anweisungen|instruktionen|befehle|regeln|vorgaben)\b|\b(?:ignora|ignore[zn]?|ignorar|ignorate|olvida|olvide|oublie[zr]?|dimentica|dimenticate|esqueca)\s+(?:[a-z]+\s+){0,3}(?:instrucciones|instructions|istruzioni|instrucoes|consignes|ordenes)\s+(?:[a-z]+\s+)?(?:anteriores?|previas?|precedentes?|precedenti|ci-dessus)\b",
    ),
    sign(
        "new_system_prompt",
        "role_override",
        r"\b(?:(?:here|this|these|below|following)\s+(?:is|are|comes)|follow|obey|adopt|accept)\s+(?:an?\s+|the\s+|your\s+|this\s+|my\s+)?(?:new|updated|replacement|revised)\s+system\s+(?:prompt|message|instructions?)\b|\b(?:new|updated|replacement|revised)\s+system\s+(?:(?:prompt|instructions?)\s*(?:[:=\n]|$|follows?\b|below\b|begins?\b|is\b)|(?:prompt|message|instructions?)\s+for\s+you\b)|\byour\s+(?:new|updated|revised)\s+system\s+(?:prompt|message|instructions?)\b",
    ),
    sign(
        "you_are_now",
        "role_override",
        r"\byou(?:\s+are|'re|r)\s+(?:now|henceforth)\s+(?:no\s+longer\s+(?:an?|bound|restricted|limited|subject|required|allowed)|free\s+(?:of|from|to)|unrestricted|unfiltered|uncensored|jail-?broken|called|named|dan\b|in\s+(?:developer|debug|god|sudo|admin|root|dan|unrestricted|jailbreak)\s+mode|(?:an?|the|my)\s+(?:(?:new|very|evil|different|malicious|helpful|powerful|unrestricted|unfiltered|uncensored|free|rogue|fictional|large|language|ai|root|system|super)\s+){0,4}(?:ai|a\.i\.|assistant|model|bot|chatbot|llm|gpt|hacker|pirate|system|terminal|shell|interpreter|compiler|character|persona|robot|expert|admin|administrator|root|superuser|developer|god|dan|slave|servant)\b|an?\s+[a-z]{2,20}(?:\s+(?:who|that|without|with\s+no)\b|END))",
    ),
    sign(
        "from_now_on",
        "role_override",
        r"\b(?:from\s+now\s+on|from\s+this\s+point\s+(?:on|forward)|henceforth|starting\s+now)\s*,?\s+(?:you\s+(?:are\s+(?:an?|the|my|to|no\s+longer)|must|shall|should|only|no\s+longer|answer|respond|reply|act|obey|ignore|will\s+(?:act|be|respond|answer|reply|obey|ignore|only|follow|pretend|never|always|not|behave))|your\s+(?:name|role|task|goal|only|job)\b|ignore\s+(?:all|any|every|your|the|previous)|(?:answer|respond|reply)\s+(?:only|as|with|in|to\s+me)|act\s+(?:as|like)|pretend|obey|do\s+not\s+follow)\b",
    ),
    sign(
        "triple_quotes",
        "delimiter_injection",
        "(?:\"{3}|'{3}|`{3})\\s*(?:system|assistant|instructions?)\\b",
    ),
    sign(
        "system_tag",
        "delimiter_injection",
        r"<\|\s*/?\s*[a-z][a-z_ ]{1,30}\s*\|>|</?\s*(?:system|system_?prompt|im_start|im_end|endoftext|start_of_turn|end_of_turn)\s*>",
    ),
    sign("inst_tag", "delimiter_injection", r"\[/?(?:INST|SYS|SYSTEM_PROMPT)\]|<</?SYS>>"),
    sign(
        "xml_role_tag",
        "delimiter_injection",
        r"</?\s*(?:assistant|instructions?|tool_result|function_results?)\s*>|</\s*(?:user|human|prompt|context|document)\s*>",
    ),
    sign(
        "sys_header",
        "delimiter_injection",
        r"(?m)^\s*#{2,}\s*(?:(?:system|assistant)(?:\s+(?:prompt|message|override|instructions?))?\s*:?\s*$|(?:new\s+)?instructions?\s*:|system\s*:)",
    ),
    sign(
        "important_override",
        "instruction_smuggling",
        r"\b(?:important|urgent|attention|critical|system|note\s+to\s+(?:the\s+)?(?:ai|model|assistant|agent|llm|reviewer))\s*[:!]+\s*(?:you\s+(?:must|should|shall)\s+(?:now\s+)?(?:ignore|obey|comply|forget|reveal|disregard|approve|not\s+(?:tell|reveal|mention|refuse))|(?:ignore|override|disregard|forget)\s+(?:all|any|every|previous|prior|your|the\s+(?:above|previous|system))\b|new\s+instructions?\b)",
    ),
    sign(
        "hidden_instruction",
        "instruction_smuggling",
        r"<!--[^>]{0,200}?\b(?:ignore\s+(?:all|any|previous|the)|execute\s+(?:the|this|these|all)|instructions?\s+(?:for|to)\s+(?:the\s+|any\s+)?(?:ai|model|agent|assistant|llm)s?|you\s+(?:must|should|are)|system\s+prompt)\b|\b(?:follow|obey|execute|read|perform)\s+(?:the|these|my|all)?\s*(?:hidden|secret|invisible)\s+instructions?\b",
    ),
    sign(
        "do_not_reveal",
        "instruction_smuggling",
        r"\b(?:do\s+not|don'?t|never)\s+(?:reveal|disclose|tell|show|share|repeat)\s+(?:anyone\s+|the\s+user\s+|anybody\s+)?(?:about\s+)?(?:this|these|your|the\s+above|the\s+system|my)\s+(?:[a-z]+\s+)?(?:instructions?|prompt|message|conversation|directives?)\b|\b(?:do\s+not|don'?t|never)\s+(?:tell|inform|alert)\s+(?:(?:the|your|any)\s+)?(?:user|human|operator|owner|admin\w*|reviewer|approver|anyone|anybody)\b(?:\s+(?:about\s+(?:this|these|it|that)|that|what|of)|END)",
    ),
    order(
        "pretend_you_are",
        "context_manipulation",
        r"\bpretend\s+(?:that\s+)?(?:(?:you\s+are|you're|you\s+have|you\s+can)\b|to\s+be\s+(?:an?|my|another)\b)",
    ),
    order(
        "act_as",
        "context_manipulation",
        r"\bact\s+(?:as|like)\s+(?:(?:if|though)\s+you\b|(?:an?\s+|the\s+)?(?:unrestricted|unfiltered|uncensored|different|evil|malicious|rogue|jail-?broken)\s+[a-z]+|(?:an?\s+)?(?:hacker|dan|stan|chatgpt|gpt[a-z0-9-]*|ai|language\s+model|chatbot)\b|(?:an?\s+|the\s+)?(?:root|superuser|admin(?:istrator)?|system(?:\s+admin(?:istrator)?)?|god)END)",
    ),
    sign(
        "roleplay",
        "context_manipulation",
        r"\brole-?\s?play(?:ing)?\s+(?:as\b|that\s+you\b|where\s+you\b)|\blet'?s\s+role-?\s?play\b",
    ),
    sign(
        "jailbreak",
        "context_manipulation",
        r"\bjail-?\s?break(?:ing)?\s+(?:mode|prompt|yourself|(?:the|this|your)\s+(?:model|assistant|ai|llm|chatbot))\b|\bjail-?\s?broken\s+(?:ai|model|mode|assistant|version)\b",
    ),
    order(
        "developer_mode",
        "context_manipulation",
        r"\b(?:developer|dev|debug|god|sudo|admin|root|dan|jailbreak|unrestricted|unfiltered)\s+mode\s+(?:is\s+|has\s+been\s+)?(?:now\s+)?(?:enabled|on|activated|unlocked)END|\b(?:enable|activate|enter|unlock|switch\s+(?:in)?to|go\s+into)\s+(?:your\s+)?(?:developer|god|sudo|dan|jailbreak|unrestricted|unfiltered)\s+mode(?:END|\s+(?:with|without)\b)",
    ),
    sign("dan_prompt", "context_manipulation", r"\bdo\s+anything\s+now\b|\bDAN\s+(?:mode|prompt)\b"),
    sign(
        "repeat_above",
        "data_exfiltration",
        r"\b(?:repeat|recite|output|print|reproduce|copy)\s+(?:(?:all|everything|the|of|words?|text|back|content|lines?)\s+){1,6}(?:above|before\s+this)(?:\s+(?:this\s+line|verbatim|word\s+for\s+word|starting)|END)|\brepeat\s+(?:[a-z]+\s+){0,3}your\s+(?:[a-z]+\s+)?(?:instructions|prompt)\b",
    ),
    order(
        "show_system_prompt",
        "data_exfiltration",
        r"\b(?:show|print|reveal|output|display|leak|dump|give|tell|share|disclose|expose|return|write|send)\s+(?:(?:me|us|out|back|verbatim)\s+){0,2}(?:(?:the|this|all|of|full|entire|complete|exact|raw|hidden|initial|original|current)\s+){0,5}(?:your\s+(?:(?:full|entire|hidden|initial|original|exact|secret|internal|system|own|complete)\s+){0,3}(?:prompts?|instructions?|system\s+message|directives|configuration|guidelines)|(?:system\s+prompt|initial\s+instructions|hidden\s+(?:prompt|instructions)|instructions\s+you\s+(?:were|have\s+been)\s+given)(?:END|\s+(?:above|as|in\s+(?:full|a|an|base64|markdown|json|plain))\b))",
    ),
    sign(
        "what_instructions",
        "data_exfiltration",
        r"\bwhat(?:\s+(?:are|were|is|was)|'s)\s+(?:(?:all|of|the)\s+){0,3}your\s+(?:(?:(?:original|initial|system|hidden|exact|secret|internal|full)\s+){0,3}(?:instructions?|prompts?|directives)|(?:original|initial|system|hidden|exact|secret|internal)\s+rules)\b",
    ),
    sign(
        "do_not_mention",
        "output_manipulation",
        r"\b(?:do\s+not|don'?t|never)\s+(?:mention|refer\s+to|acknowledge)\s+(?:(?:this|these|that|the\s+(?:above|following))(?:\s+(?:instructions?|prompt|message|conversation|request|text)\b|\s+to\s+(?:the\s+)?(?:user|human|operator)|END)|the\s+(?:instructions?|prompt)\b)",
    ),
    order(
        "respond_only",
        "output_manipulation",
        r#"\b(?:respond|reply|answer)\s+only\s+(?:with|in|using)\s+(?:["'`]|(?:(?:the|a|one)\s+(?:single\s+)?(?:word|letter|number|sentence|character)s?|yes|no|ok|okay|true|false|approved?|allow(?:ed)?|json|base64|code|rot13|hex|emojis?|riddles|rhymes|all\s+caps)\b)"#,
    ),
    sign(
        "hide_from_user",
        "output_manipulation",
        r"\b(?:hide|conceal|keep)\s+(?:this|it|that|these|everything|your\s+actions)\s+(?:a\s+)?(?:secret\s+|hidden\s+)?from\s+(?:(?:the|your|any)\s+)?(?:users?|humans?|operators?|admin\w*|owners?|reviewers?|approvers?)END",
    ),
    order(
        "base64_decode",
        "encoding_evasion",
        r"\b(?:(?:base64[\s_-]*decode|decode\s+(?:from\s+|as\s+)?base64|atob|b64decode)\s*\(?\s*(?:this|the\s+following|it|these)\b|decode\s+(?:this|the\s+following|it|these)\b[^.\n]{0,40}?\bbase64|(?:decode|decrypt|unscramble|base64)\b[^.\n]{0,80}?\b(?:and|then)\s+(?:then\s+)?(?:follow|obey|execute|do\s+what|comply|act\s+on)\b)",
    ),
    order(
        "rot13_marker",
        "encoding_evasion",
        r"\b(?:apply|use|decode|decrypt|read|undo|translate|interpret|answer|respond)\b[^.\n]{0,40}?\brot-?13\b[^.\n]{0,40}?\b(?:this|following|below|it|and|then|instructions?|message)\b|\brot-?13\s*:",
    ),
];
