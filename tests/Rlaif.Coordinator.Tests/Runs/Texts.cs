using Rlaif.Contracts;

namespace Rlaif.Coordinator.Tests.Runs;

/// <summary>A response, and what it is worth under constitutions/brief.yaml: the sum of the weights of the principles that it breaks, negative.</summary>
internal sealed record Said(string Text, bool Ended, int Worth);

/// <summary>Canned responses.</summary>
internal static class Texts
{
    public static readonly Said Good = new("Yes, on Monday.", Ended: true, 0);
    public static readonly Said CutOff = new("Yes, on Monday and", Ended: false, -2);
    public static readonly Said List = new("- Yes.\n- On Monday.", Ended: true, -1);
    public static readonly Said Repeats = new("Yes, it is on Monday, and yes, it is on Monday.", Ended: true, -1);

    private static readonly Said[] All = [CutOff, List, Repeats, Good];

    /// <summary>The starting policy says anything, a trained one mostly what is good.</summary>
    public static Said By(string policy, string what)
    {
        var draw = (int)(RlaifId.Seed(RlaifId.Of(policy, what)) % 8);
        return policy == TestRun.StartPolicy ? All[draw % 4] : draw == 0 ? CutOff : Good;
    }

    public static Said Named(string text) => All.Single(said => said.Text == text);
}
