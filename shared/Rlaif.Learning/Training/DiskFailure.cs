using System.ComponentModel;
using Rlaif.Recipes;

namespace Rlaif.Learning.Training;

/// <summary>A disk that does not take what a training writes.</summary>
internal static class DiskFailure
{
    /// <exception cref="InputException">With what was attempted and what the system says; nothing that was there before is lost.</exception>
    public static void Explain(string attempt, Action write)
    {
        try
        {
            write();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or Win32Exception)
        {
            throw new InputException(
                $"Cannot {attempt}: {error.Message.TrimEnd('.')}. Make room or choose another folder; the same command goes on from the last checkpoint.",
                error);
        }
    }
}
