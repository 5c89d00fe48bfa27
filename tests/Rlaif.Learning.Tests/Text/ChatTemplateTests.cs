using CsCheck;
using Rlaif.Learning.Text;
using Rlaif.Recipes;

namespace Rlaif.Learning.Tests.Text;

public class ChatTemplateTests
{
    private static readonly Dictionary<string, object?> Nothing = [];

    // What templates are made of, whole and broken.
    private static readonly string[] Pieces =
    [
        "{{", "}}", "{%", "%}", "{#", "#}", "-", "+", " ", "\n", "if", "else", "endif", "for", "in", "endfor", "set", "endset", "macro", "endmacro",
        "x", "loop", "is", "defined", "not", "and", "|", "tojson", "join", "map", "(", ")", "[", "]", "{", "}", ".", ",", ":", "=", "==",
        "<", "*", "**", "//", "~", "1", "0", "9999999999", "2.5", "'a'", "'\\", "none", "true", "messages", "raw", "endraw", "namespace",
        "range", "é😀",
    ];

    [Fact]
    public void Messages_become_variables_with_role_and_content()
    {
        var template = ChatTemplate.Parse(
            "{{ bos_token }}{% for m in messages %}{{ m.role }}:{{ m['content'] }};{% endfor %}{% if add_generation_prompt %}>{% endif %}", "test");
        var variables = new Dictionary<string, object?> { ["bos_token"] = "<s>" };
        ChatMessage[] messages = [new("user", "{{ 1 }}"), new("assistant", "b")];

        Assert.Equal("<s>user:{{ 1 }};assistant:b;>", template.Render(messages, addGenerationPrompt: true, variables));
        Assert.Equal("<s>user:{{ 1 }};assistant:b;", template.Render(messages, addGenerationPrompt: false, variables));
    }

    [Fact]
    public void Without_a_clock_a_template_takes_the_date_that_it_carries()
    {
        var template = ChatTemplate.Parse("{% if strftime_now is defined %}{{ strftime_now('%d') }}{% else %}26 Jul 2024{% endif %}", "test");

        Assert.Equal("26 Jul 2024", template.Render([new("user", "a")], addGenerationPrompt: true, Nothing));
    }

    [Theory]
    [InlineData("a\nb\n{% if x %}", 3, "Unexpected end of template")]
    [InlineData("{{ 1\n\n+ }}", 3, "unexpected 'end of print statement'")]
    [InlineData("\n{% include 'x' %}", 2, "Encountered unknown tag 'include'.")]
    [InlineData("{{ '\\x4' }}", 1, "broken escape")]
    [InlineData("x{# y", 1, "Missing end of comment tag")]
    public void A_malformed_template_is_one_error_that_names_file_and_line(string source, int line, string what)
    {
        var error = Assert.Throws<InputException>(() => ChatTemplate.Parse(source, "model/chat_template.jinja"));

        Assert.StartsWith($"The chat template of model/chat_template.jinja is malformed in line {line}: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(what, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_template_cannot_render_is_one_error_that_names_file_and_line()
    {
        var template = ChatTemplate.Parse("a\n{% for m in messages %}\n{{ m.content + m.name }}\n{% endfor %}", "model");
        var error = Assert.Throws<InputException>(() => template.Render([new("user", "a")], addGenerationPrompt: true, Nothing));

        Assert.Equal("The chat template of model cannot render this conversation (line 3): 'dict object' has no attribute 'name'", error.Message);
    }

    [Fact]
    public void What_a_template_refuses_is_its_own_message()
    {
        var template = ChatTemplate.Parse("{{ raise_exception('Only users, please!') }}", "model");
        var error = Assert.Throws<InputException>(() => template.Render([new("tool", "a")], addGenerationPrompt: true, Nothing));

        Assert.Equal("The chat template of model refuses this conversation: Only users, please!", error.Message);
    }

    [Fact]
    public void An_empty_conversation_never_reaches_a_template() =>
        Assert.Throws<InputException>(() => ChatTemplate.Parse("x", "model").Render([], addGenerationPrompt: true, Nothing));

    [Theory]
    [InlineData("{{ 'x' * 10 ** 12 }}")]
    [InlineData("{{ [1] * 10 ** 12 }}")]
    [InlineData("{{ 10 ** (10 ** 9) }}")]
    [InlineData("{{ 'x'.center(10 ** 9) }}{{ 'x'|center(10 ** 9) }}")]
    [InlineData("{{ '%999999999d' % 1 }}")]
    [InlineData("{{ '%99999999d' % 1 }}")]
    [InlineData("{{ 'a\nb'|indent(10 ** 9) }}")]
    [InlineData("{{ range(10 ** 9)|list }}")]
    [InlineData("{{ ('a' * 10000).replace('a', 'a' * 100000) }}")]
    [InlineData("{{ ('a' * 100000)|join('b' * 100000) }}")]
    [InlineData("{{ [1, 2]|slice(10 ** 9)|list }}{{ [1, 2]|batch(10 ** 9, 0)|list }}")]
    [InlineData("{% set ns = namespace(x='x') %}{% for i in range(99) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}")]
    [InlineData("{% set ns = namespace(x=[1]) %}{% for i in range(99) %}{% set ns.x = ns.x + ns.x %}{% endfor %}")]
    [InlineData("{% set ns = namespace(x=[1]) %}{% for i in range(99) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x|tojson }}")]
    [InlineData("{% set n = namespace(x=1, y=1) %}{% for i in range(60) %}{% set n.x = [n.x]*2 %}{% set n.y = [n.y]*2 %}{% endfor %}{{ n.x==n.y }}")]
    [InlineData("{% set ns = namespace(x=[]) %}{% for i in range(99999) %}{% set ns.x = [ns.x] %}{% endfor %}{{ ns.x }}")]
    [InlineData("{% set ns = namespace() %}{% set ns.x = [ns] %}{{ ns.x|tojson }}")]
    [InlineData("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}")]
    [InlineData("{% for a in range(1000) %}{% for b in range(1000) %}{% for c in range(1000) %}{% endfor %}{% endfor %}{% endfor %}")]
    [InlineData("{% set s = 'ab' * 999999 %}{% set w = 'ab' * 99999 ~ 'a' %}{{ w in s }}")]
    public void Work_memory_and_depth_are_bounded(string source)
    {
        var template = ChatTemplate.Parse(source, "hostile");

        Assert.Throws<InputException>(() => template.Render(Nothing));
    }

    [Theory]
    [InlineData("(", ")")]
    [InlineData("[", "]")]
    [InlineData("not ", "")]
    [InlineData("-", "")]
    [InlineData("1 if 1 else ", "")]
    public void Nested_expressions_are_bounded(string open, string close)
    {
        var source = "{{ " + string.Concat(Enumerable.Repeat(open, 10_000)) + "1" + string.Concat(Enumerable.Repeat(close, 10_000)) + " }}";

        Assert.Throws<InputException>(() => ChatTemplate.Parse(source, "hostile"));
    }

    [Theory]
    [InlineData("{{ 1", " + 1", " }}")]
    [InlineData("{{ x", ".x", " }}")]
    [InlineData("{{ 1", "|string", " }}")]
    public void Long_chains_are_bounded(string begin, string link, string end)
    {
        var template = ChatTemplate.Parse(begin + string.Concat(Enumerable.Repeat(link, 10_000)) + end, "hostile");

        Assert.Throws<InputException>(() => template.Render(Nothing));
    }

    [Fact]
    public void Nested_blocks_are_bounded()
    {
        var source = string.Concat(Enumerable.Repeat("{% if 1 %}", 10_000)) + string.Concat(Enumerable.Repeat("{% endif %}", 10_000));

        Assert.Throws<InputException>(() => ChatTemplate.Parse(source, "hostile"));
    }

    [Fact]
    public void No_text_does_more_than_fail_as_a_template() =>
        Gen.Int[0, Pieces.Length - 1].Select(i => Pieces[i]).Array[0, 30].Select(string.Concat)
            .Sample(Outcome, seed: "0000KWpq5hg3", iter: 20_000, threads: 1);

    [Fact]
    public void No_filter_method_or_test_does_more_than_fail_on_any_value()
    {
        string[] values =
        [
            "1", "0", "-7", "2.5", "1e308", "10 ** 400", "true", "none", "'a b'", "''", "'😀'", "'%s %d'", "'{} {x}'", "[]", "[1, 'a']", "(1,)",
            "{'a': [1]}", "x", "namespace(a=1)", "range", "messages", "[[2], [1]]", "['b', 'A']",
        ];
        string[] names =
        [
            "default", "length", "string", "int", "float", "round", "abs", "tojson", "trim", "upper", "capitalize", "title", "replace", "e",
            "urlencode", "wordcount", "truncate", "center", "indent", "list", "items", "dictsort", "join", "first", "last", "reverse", "sort",
            "unique", "min", "max", "sum", "groupby", "batch", "slice", "map", "select", "rejectattr", "format", "strip", "split", "rsplit",
            "splitlines", "partition", "startswith", "removesuffix", "find", "index", "count", "zfill", "ljust", "isdigit", "get", "keys", "copy",
            "divisibleby", "sameas", "in", "odd", "ge",
        ];
        var value = Gen.Int[0, values.Length - 1].Select(i => values[i]);
        var name = Gen.Int[0, names.Length - 1].Select(i => names[i]);
        var call = Gen.Select(value, name, value.Array[0, 3], Gen.Int[0, 3], (on, what, given, kind) => kind switch
        {
            0 => $"{{{{ ({on}).{what}({string.Join(", ", given)}) }}}}",
            1 => $"{{{{ {on} is {what}({string.Join(", ", given)}) }}}}",
            2 => $"{{{{ ({on})[{string.Join(":", given)}] }}}}",
            _ => $"{{{{ {on} | {what}({string.Join(", ", given)}) }}}}",
        });
        call.Sample(Outcome, seed: "0000KWpq5hg3", iter: 20_000, threads: 1);
    }

    // The one way to fail is an InputException.
    private static void Outcome(string source)
    {
        try
        {
            ChatTemplate.Parse(source, "random").Render([new("user", "a")], addGenerationPrompt: true, Nothing);
        }
        catch (InputException)
        {
            return;
        }
    }
}
