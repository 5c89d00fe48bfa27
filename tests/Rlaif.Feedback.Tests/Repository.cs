namespace Rlaif.Feedback.Tests;

/// <summary>Files of the checkout.</summary>
internal static class Repository
{
    public static string File(string relative)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!System.IO.File.Exists(Path.Combine(folder.FullName, "RlhfAiFeedback.sln")))
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException("No RlhfAiFeedback.sln above the tests.");
        }

        return Path.Combine(folder.FullName, relative);
    }
}
