using System.Buffers;
using System.CommandLine;
using System.Globalization;
using System.Text;
using Spectre.Console;

namespace ModelServing.Cli.Features;

/// <summary><c>ms features ingest</c>: posts the events of a file, with one JSON object on each line.</summary>
internal static class IngestCommand
{
    // Below the server's limits of a post.
    private const int MostEvents = 1000;
    private const int MostBytes = 1024 * 1024;

    internal static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "The file with one event on each line, in JSON; '-' is standard input." };
        var json = new Option<bool>("--json") { Description = "Print the number of events and the last sequence as JSON." };
        var server = new FeatureServerOptions();
        var command = new Command("ingest", "Post events to the feature server. Posting the same file again changes nothing.")
        {
            file, json,
        };
        server.AddTo(command);
        command.SetAction((arguments, _) => Terminal.RunAsync(arguments.GetValue(json), async (terminal, signals) =>
        {
            using var client = server.Open(arguments);
            using var reader = Open(arguments.GetValue(file)!);
            var (events, last) = await PostAsync(client, reader, signals.Stop);
            terminal.Result(
                new { events, lastSequence = last },
                result => new Text(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{result.events} events are in the event log; the last one is {result.lastSequence}\n")));
            return ExitCode.Done;
        }));
        return command;
    }

    /// <summary>Posts the lines in batches, and returns how many there were, and the sequence of the last one.</summary>
    /// <exception cref="CommandException">A post was refused; the message names the lines.</exception>
    internal static async Task<(long Events, long LastSequence)> PostAsync(
        FeatureClient client, TextReader reader, CancellationToken cancellation)
    {
        var (posted, last, line, first) = (0L, 0L, 0L, 1L);
        var (body, count) = (new ArrayBufferWriter<byte>(), 0);
        while (true)
        {
            var text = await reader.ReadLineAsync(cancellation);
            line++;
            if (count > 0 && (text is null || count == MostEvents || body.WrittenCount + text.Length > MostBytes))
            {
                body.Write("]}"u8);
                last = await PostAsync(client, body.WrittenMemory, first, line - 1, cancellation);
                posted += count;
                body.ResetWrittenCount();
                count = 0;
            }

            if (text is null)
                return (posted, last);
            if (string.IsNullOrWhiteSpace(text))
                continue;
            first = count == 0 ? line : first;
            body.Write(count == 0 ? "{\"events\":["u8 : ","u8);
            body.Write(Encoding.UTF8.GetBytes(text));
            count++;
        }
    }

    private static async Task<long> PostAsync(
        FeatureClient client, ReadOnlyMemory<byte> body, long first, long lastLine, CancellationToken cancellation)
    {
        try
        {
            return (await client.PostAsync(body, cancellation)).LastSequence;
        }
        catch (CommandException e)
        {
            throw new CommandException(
                e.ExitCode, [.. e.Lines, string.Create(CultureInfo.InvariantCulture, $"events[0] is line {first} of the file; the post " +
                    $"has the lines to {lastLine}, and nothing of it or after it is in the event log")]);
        }
    }

    private static TextReader Open(string path)
    {
        try
        {
            return path == "-" ? Console.In : new StreamReader(path, Encoding.UTF8);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.WrongInput, $"the file can't be read: {e.Message}");
        }
    }
}
