using System.Text;
using System.Text.RegularExpressions;
using Rlaif.Contracts;
using Rlaif.Feedback.Checks;
using Rlaif.Recipes;

namespace Rlaif.Feedback.Constitutions;

/// <summary>What responses are judged and revised by: an ordered set of principles in one YAML file (docs/constitutions.md).
/// Immutable; named by the hash of its content.</summary>
public sealed record Constitution
{
    /// <summary>Stable name.</summary>
    public required string Id { get; init; }

    /// <summary>The author's version; the hash is what counts.</summary>
    public required string Version { get; init; }

    /// <summary>What people read.</summary>
    public required string Title { get; init; }

    /// <summary>Licence of the text; null when none is named.</summary>
    public string? Licence { get; init; }

    /// <summary>SHA-256 of the canonical content (YAML 1.2 core schema, RFC 8785): comments, order of keys and layout do not count.</summary>
    public required string Sha256 { get; init; }

    /// <summary>The YAML that it was read from: what a run stores is what it was checked on.</summary>
    public required string Source { get; init; }

    /// <summary>What labelers are told before the principles; null when nothing.</summary>
    public string? Preface { get; init; }

    /// <summary>The critique request for all principles at once.</summary>
    public required string CritiqueRequest { get; init; }

    /// <summary>The revision request for all principles at once.</summary>
    public required string RevisionRequest { get; init; }

    /// <summary>The principles, in the file's order.</summary>
    public required IReadOnlyList<Principle> Principles { get; init; }

    /// <summary>Machine-checked rules that overrule every labeler.</summary>
    public IReadOnlyList<HardRule> HardRules { get; init; } = [];

    /// <summary>The constitution's own tests.</summary>
    public IReadOnlyList<GoldenPair> GoldenPairs { get; init; } = [];

    /// <summary>Whether a machine can judge anything by it.</summary>
    public bool HasMachineChecks => HardRules.Count > 0 || Principles.Any(principle => principle.Check is not null);

    /// <summary>Reads a file.</summary>
    /// <exception cref="InputException">All that is wrong with it, each with its line.</exception>
    public static Constitution Read(string path)
    {
        try
        {
            return Parse(File.ReadAllText(path, new UTF8Encoding(false, throwOnInvalidBytes: true)), path);
        }
        catch (DecoderFallbackException e)
        {
            throw new InputException($"The constitution {path} is not UTF-8 text.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new InputException($"The constitution {path} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Reads text; <paramref name="path"/> is what errors name.</summary>
    /// <exception cref="InputException">All that is wrong with it, each with its line.</exception>
    public static Constitution Parse(string yaml, string path) => ConstitutionReader.Read(yaml, path);

    /// <summary>The principles as labelers get them.</summary>
    public IReadOnlyList<PrincipleText> Texts => [.. Principles.Select(principle => principle.Text)];

    /// <summary>The principles that apply to a prompt of this kind, as labelers get them.</summary>
    public IReadOnlyList<PrincipleText> TextsFor(Expectation? expectation) =>
        [.. Principles.Where(principle => principle.Applies(expectation?.Safety ?? Safety.Unknown)).Select(principle => principle.Text)];

    /// <summary>Weights by principle, in the constitution's order.</summary>
    public IReadOnlyDictionary<string, double> Weights =>
        new OrderedDictionary<string, double>(Principles.Select(one => KeyValuePair.Create(one.Id, one.Weight)), StringComparer.Ordinal);

    /// <summary>The same text for people and models.</summary>
    public string Guidelines => LabelerGuidelines.Of(this);

    /// <summary>What the hard rules say of a pair, whatever labelers think.</summary>
    /// <exception cref="InputException">A pattern took too long: a rule that overrules everybody is not skipped.</exception>
    public Veto VetoOf(IReadOnlyList<Turn> prompt, Expectation? expectation, Candidate first, Candidate second) =>
        (Breaks(prompt, expectation, first), Breaks(prompt, expectation, second)) switch
        {
            (true, true) => Veto.Both,
            (true, false) => Veto.First,
            (false, true) => Veto.Second,
            _ => Veto.None,
        };

    /// <summary>Whether a response breaks a hard rule.</summary>
    /// <exception cref="InputException">A pattern took too long: a rule that overrules everybody is not skipped.</exception>
    public bool Breaks(IReadOnlyList<Turn> prompt, Expectation? expectation, Candidate response) =>
        HardRules.Any(rule => Score(rule, prompt, expectation, response) == 0);

    private static double? Score(HardRule rule, IReadOnlyList<Turn> prompt, Expectation? expectation, Candidate response)
    {
        try
        {
            return MachineCheck.Score(rule.Check, prompt, expectation, response);
        }
        catch (RegexMatchTimeoutException e)
        {
            throw new InputException(
                $"A pattern in the check of hard rule {rule.Id} took too long on a response; write it without lookaround and back references.", e);
        }
    }
}

/// <summary>One principle.</summary>
/// <param name="Id">Stable within the constitution; never used again for another meaning.</param>
/// <param name="Category">What it belongs to in tables; null when nothing.</param>
/// <param name="Weight">Log-odds by which a response wins that alone meets it.</param>
/// <param name="Question">Which response is better under it, for people and models.</param>
/// <param name="CritiqueRequest">What the policy is asked after its draft.</param>
/// <param name="RevisionRequest">What it is asked after its critique.</param>
/// <param name="Check">Its machine check as JSON; null when only people and models can tell.</param>
/// <param name="AppliesTo">Kinds of prompts that it speaks of; null: all.</param>
public sealed record Principle(
    string Id, string? Category, double Weight, string Question, string CritiqueRequest, string RevisionRequest,
    string? Check, IReadOnlyList<Safety>? AppliesTo)
{
    /// <summary>The principle as it travels.</summary>
    public PrincipleText Text => new(Id, Question, Check);

    /// <summary>Whether it speaks of prompts of this kind.</summary>
    public bool Applies(Safety safety) => AppliesTo?.Contains(safety) != false;
}

/// <summary>A rule that no response may break. A response that does loses the pair; when both do, the pair is dropped.</summary>
/// <param name="Id">Stable within the constitution.</param>
/// <param name="Rule">What it demands, for people.</param>
/// <param name="Check">Its machine check as JSON.</param>
public sealed record HardRule(string Id, string Rule, string Check);

/// <summary>Which responses of a pair break a hard rule.</summary>
public enum Veto
{
    /// <summary>Neither.</summary>
    None,

    /// <summary>The first.</summary>
    First,

    /// <summary>The second.</summary>
    Second,

    /// <summary>Both.</summary>
    Both,
}

/// <summary>Which response of a golden pair must win.</summary>
public enum GoldenExpectation
{
    /// <summary>The first, a.</summary>
    First,

    /// <summary>The second, b.</summary>
    Second,

    /// <summary>Neither.</summary>
    Tie,
}

/// <summary>A pair with a known outcome: a constitution's own test.</summary>
/// <param name="Line">Where it stands in the file.</param>
/// <param name="Prompt">One user turn.</param>
/// <param name="Expectation">What is known of a right answer.</param>
/// <param name="A">The first response.</param>
/// <param name="B">The second response.</param>
/// <param name="Expect">Which must win.</param>
/// <param name="Principle">The principle or hard rule that decides; null: the whole constitution.</param>
public sealed record GoldenPair(
    int Line, string Prompt, Expectation? Expectation, Candidate A, Candidate B, GoldenExpectation Expect, string? Principle);
