using Rlaif.Testing;

namespace Rlaif.Bench;

/// <summary>The real model and its prompts, which are not part of the repository.</summary>
internal static class RealModel
{
    public static string Model => Named("RLAIF_BENCH_MODEL", "../shared/models/SmolLM2-135M-Instruct/SmolLM2-135M-Instruct.Q4_1.gguf");

    /// <summary>HH transcripts, chosen and rejected.</summary>
    public static string Prompts => Named("RLAIF_BENCH_PROMPTS", "../shared/data/hh-harmless-base-test/test.jsonl.gz");

    /// <summary>Whether both are here; says on the error stream what is not.</summary>
    public static bool IsHere()
    {
        if (File.Exists(Model) && File.Exists(Prompts))
        {
            return true;
        }

        Console.Error.WriteLine($"{Model} or {Prompts} is not here; RLAIF_BENCH_MODEL and RLAIF_BENCH_PROMPTS name others.");
        return false;
    }

    private static string Named(string setting, string usual) =>
        Environment.GetEnvironmentVariable(setting) is { Length: > 0 } path ? Path.GetFullPath(path) : Repository.Path(usual);
}
