using CsCheck;
using Rlaif.Generator.Endpoint;
using Rlaif.Learning.Sampling;
using Rlaif.Learning.Text;
using Rlaif.Testing;

namespace Rlaif.Generator.Tests.Endpoint;

public class ChoiceTests
{
    private static readonly Gen<string> Letters = Gen.Char["ab ä"].Array[0, 30].Select(letters => new string(letters));

    [Fact]
    public void Pieces_add_up_to_the_text_before_the_first_stop_sequence()
    {
        var tokenizer = Tokenizer.Read(Fixtures.Path("models/tiny-smollm"));
        Gen.Select(Letters, Gen.Char["ab ä"].Array[1, 4].Select(letters => new string(letters)).Array[0, 3]).Sample((text, stops) =>
        {
            var pieces = new List<Piece>();
            var choice = new Choice(0, tokenizer, stops, pieces.Add);
            foreach (var id in tokenizer.Encode(text))
            {
                if (!choice.Add(new SampledToken(id, 0, [])))
                {
                    break;
                }
            }

            choice.End();
            // The stop sequence that is complete first wins; among those complete at once the one that begins first.
            var ends = stops.Select(stop => (Begin: text.IndexOf(stop, StringComparison.Ordinal), stop.Length)).Where(found => found.Begin >= 0).ToList();
            Assert.Equal(choice.Text, string.Concat(pieces.Select(piece => piece.Text)));
            Assert.Equal(ends.Count > 0, choice.Stopped);
            Assert.StartsWith(choice.Text, text, StringComparison.Ordinal);
            Assert.All(stops, stop => Assert.DoesNotContain(stop, choice.Text, StringComparison.Ordinal));
            Assert.True(ends.Count > 0 ? ends.Exists(found => found.Begin == choice.Text.Length) : choice.Text == text);
        }, seed: "0000000000000", iter: 3000);
    }
}
