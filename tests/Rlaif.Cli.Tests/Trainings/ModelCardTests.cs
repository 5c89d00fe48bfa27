using Rlaif.Cli.Trainings;
using Rlaif.Feedback.Datasets;
using Rlaif.Recipes;

namespace Rlaif.Cli.Tests.Trainings;

public class ModelCardTests
{
    [Theory]
    [InlineData("kind|fair", @"kind\|fair")]
    [InlineData("kind\n# Fair", @"kind \# Fair")]
    [InlineData("<img src=x>", @"\<img src=x\>")]
    [InlineData(@"kind\|", @"kind\\\|")]
    public void A_principle_of_the_data_is_a_name_in_a_table_whatever_it_is_called(string principle, string shown)
    {
        var request = new TrainRequest
        {
            Training = FileTraining.Read("reward", []), Model = TrainingFiles.Tiny, Data = Path.Combine(TrainingFiles.Tiny, "config.json"), Out = "out",
        };
        var card = ModelCard.Of(
            request, TrainingFacts.Of(request).AsJson(), new(new(1, 1, []), null), [new(1, $"accuracy/{principle}", 0.5)],
            [new($"held/{principle}", 0.25, 0.75)], "rlaif train");
        Assert.Contains($"\n| accuracy/{shown} | 0.5", card, StringComparison.Ordinal);
        Assert.Contains($"\n| held/{shown} | 0.25", card, StringComparison.Ordinal);
    }
}
