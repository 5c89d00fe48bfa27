using System.Text;

namespace Rlaif.Feedback.Constitutions;

/// <summary>A constitution as instructions for whoever compares two responses: one text, so that people and models judge by the same.</summary>
internal static class LabelerGuidelines
{
    public static string Of(Constitution constitution)
    {
        var text = new StringBuilder();
        text.Append($"{constitution.Title}\n\n");
        if (constitution.Preface is { } preface)
        {
            text.Append($"{preface}\n\n");
        }

        text.Append("Compare the two responses under each principle by itself. Name the better one, or say that they are equal; "
            + "where a principle has nothing to say about the request, say so. "
            + "Which response is shown first means nothing, and longer is not better.\n");
        foreach (var (place, principle) in constitution.Principles.Index())
        {
            text.Append($"\n{place + 1}. {principle.Id}: {principle.Question}");
        }

        foreach (var rule in constitution.HardRules)
        {
            text.Append($"\n\nNever, whatever else is said for it ({rule.Id}): {rule.Rule}");
        }

        return text.Append('\n').ToString();
    }
}
