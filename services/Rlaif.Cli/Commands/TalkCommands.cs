using System.CommandLine;
using Rlaif.Cli.Looking;
using Rlaif.Generator.Endpoint;
using Rlaif.Hosting;
using Rlaif.Learning.Models;
using Rlaif.Learning.Native;
using Rlaif.Learning.Sampling;
using Rlaif.Learning.Text;
using Rlaif.Learning.Weights;

namespace Rlaif.Cli.Commands;

/// <summary>Commands that let a model speak: once for programs, or turn by turn for people.</summary>
internal static class TalkCommands
{
    public static Command Generate()
    {
        var model = new Option<string>("--model") { Description = "A Hugging Face folder or a .gguf file", Required = true }.NotEmpty();
        var prompt = new Option<string>("--prompt") { Description = "What the user says", Required = true };
        var (tokens, temperature, seed) = Sampling();
        var command = new Command("generate", "Answer one prompt; the answer alone is written to standard output") { model, prompt, tokens, temperature, seed };
        command.SetAction(async (parsed, cancel) =>
        {
            using var speaker = await Speaker.Load(parsed.GetValue(model)!);
            var answer = await speaker.Answer(
                [new("user", parsed.GetValue(prompt)!)], parsed.GetValue(tokens), parsed.GetValue(temperature), (ulong)parsed.GetValue(seed), onText: null, cancel);
            await Console.Out.WriteLineAsync(Console.IsOutputRedirected ? answer : TerminalText.Clean(answer));
            return CommandLine.Done;
        });
        return command;
    }

    public static Command Chat()
    {
        var model = new Argument<string>("MODEL") { Description = "A Hugging Face folder or a .gguf file" }.NotEmpty();
        var (tokens, temperature, seed) = Sampling();
        var command = new Command("chat", "Talk with a model; an empty line ends it") { model, tokens, temperature, seed };
        command.SetAction(async (parsed, cancel) =>
        {
            using var speaker = await Speaker.Load(parsed.GetValue(model)!);
            List<ChatMessage> messages = [];
            for (var turn = 0; ; turn++)
            {
                await Console.Out.WriteAsync("> ");
                // Console.In reads synchronously whatever it is asked and hears no token: Ctrl-C at the prompt must end the chat.
                if (await Task.Run(Console.In.ReadLine, cancel).WaitAsync(cancel) is not { Length: > 0 } said)
                {
                    return CommandLine.Done;
                }

                messages.Add(new("user", said));
                var answer = await speaker.Answer(
                    messages, parsed.GetValue(tokens), parsed.GetValue(temperature), (ulong)(parsed.GetValue(seed) + turn), text => Console.Out.Write(TerminalText.Clean(text)), cancel);
                await Console.Out.WriteLineAsync();
                messages.Add(new("assistant", answer));
            }
        });
        return command;
    }

    private static (Option<int> Tokens, Option<double> Temperature, Option<int> Seed) Sampling() => (
        new("--max-tokens") { Description = "Longest answer", DefaultValueFactory = _ => 256 },
        new("--temperature") { Description = "0 takes the likeliest token each time", DefaultValueFactory = _ => 0.7 },
        new("--seed") { Description = "Names the draws", DefaultValueFactory = _ => 1 });
}

/// <summary>A loaded model that answers.</summary>
internal sealed class Speaker(LanguageModel model, ChatFormat chat) : IDisposable
{
    public static async Task<Speaker> Load(string path)
    {
        var numerics = EndpointNumerics.Read(Settings.Environment);
        var chat = ChatFormat.Read(path);
        var model = await TorchThread.Run(() =>
        {
            TorchRuntime.Use(numerics);
            return ModelFolder.ReadModel(path, trainable: false);
        });
        return new(model, chat);
    }

    /// <param name="onText">Is told of the answer as it grows; null: nobody is.</param>
    public async Task<string> Answer(
        IReadOnlyList<ChatMessage> messages, int maxTokens, double temperature, ulong seed, Action<string>? onText, CancellationToken cancel)
    {
        var request = new SamplingRequest(chat.Prompt(messages), temperature, 1, maxTokens, seed, 0, chat.EndIds);
        var stream = new TokenStream(chat.Tokenizer);
        var response = await TorchThread.Run(
            () => Sampler.Sample(
                model,
                [request],
                (_, token) =>
                {
                    onText?.Invoke(stream.Add(token.Id));
                    return true;
                },
                cancel)[0],
            cancel);
        onText?.Invoke(stream.Flush());
        return chat.Text([.. response.Tokens.Select(token => token.Id)]);
    }

    public void Dispose() => model.Dispose();
}
