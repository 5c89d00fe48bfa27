using Xunit;

namespace Rlaif.Testing;

/// <summary>Ground truth, models and data beside the checkout. Nothing of it is copied into the repository.</summary>
internal static class Fixtures
{
    /// <summary>A file or folder of the fixtures: those that RLAIF_FIXTURES names, or <c>../shared/fixtures</c>.</summary>
    public static string Path(string relative)
    {
        var root = Environment.GetEnvironmentVariable("RLAIF_FIXTURES") is { Length: > 0 } named ? named : Beside("fixtures");
        return Require(root is null ? null : System.IO.Path.Combine(root, relative), relative);
    }

    /// <summary>A file or folder below <c>../shared</c>, for example <c>models/SmolLM2-135M-Instruct</c>.</summary>
    public static string Shared(string relative) => Require(Beside(relative), relative);

    private static string Require(string? path, string relative)
    {
        var exists = path is not null && (File.Exists(path) || Directory.Exists(path));
        var why = $"{relative} is not on this machine (no shared folder beside the checkout holds it)";
        if (!exists && Environment.GetEnvironmentVariable("CI") is "true")
        {
            Assert.Fail(why);
        }

        Assert.SkipUnless(exists, why);
        return path!;
    }

    private static string? Beside(string relative)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = System.IO.Path.Combine(folder.FullName, "shared", relative);
            if (Directory.Exists(candidate) || File.Exists(candidate))
            {
                return candidate;
            }
        }

        return null;
    }
}
