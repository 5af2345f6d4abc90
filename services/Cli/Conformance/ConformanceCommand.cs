using System.CommandLine;
using ModelServing.Cli.Conformance.Checks;
using Spectre.Console;

namespace ModelServing.Cli.Conformance;

/// <summary><c>ms conformance</c>: checks whether a server keeps the Open Inference Protocol.</summary>
internal static class ConformanceCommand
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    internal static Command Create()
    {
        var server = new Argument<Uri?>("URL")
        {
            Description = "The server's address, as in http://localhost:8000.",
            Arity = ArgumentArity.ZeroOrOne,
            CustomParser = static result =>
            {
                if (Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out var address) && address.Scheme is "http" or "https")
                    return address;
                result.AddError("URL: this is not an address with http or https");
                return null;
            },
        };
        var json = new Option<bool>("--json") { Description = "Print the results as JSON." };
        var junit = new Option<FileInfo?>("--junit") { Description = "Write the results to this file, in JUnit's form." };
        var models = new Option<DirectoryInfo?>("--models")
        {
            Description = "Write the models that the checks ask to this folder, as MODEL/1/model.onnx.",
        };
        var key = new Option<string?>("--api-key") { Description = "Send this key in X-API-Key." };
        var command = new Command("conformance", $"""
            Check whether a server keeps the Open Inference Protocol v2 over HTTP, and Triton's
            extensions of it that the server names: every path, data type and error.

            The server must serve the models {string.Join(", ", ConformanceModels.Names)}.
            --models writes them in the layout of Triton's model repository; publish them with
            'ms publish'. Checks for a model that the server does not have are skipped.
            """)
        {
            server, json, junit, models, key,
        };
        command.SetAction((arguments, _) => Terminal.RunAsync(arguments.GetValue(json), async (terminal, signals) =>
        {
            if (arguments.GetValue(models) is { } folder)
                await WriteAsync(folder, signals.Stop);
            if (arguments.GetValue(server) is not { } address)
            {
                return arguments.GetValue(models) is not null
                    ? ExitCode.Done
                    : throw new CommandException(ExitCode.WrongInput, "give the server's URL, or --models");
            }

            using var http = new HttpClient { BaseAddress = address, Timeout = Limit };
            if (arguments.GetValue(key) is { } secret)
                http.DefaultRequestHeaders.Add(Contracts.HeaderNames.ApiKey, secret);
            ConformanceReport report;
            try
            {
                report = new ConformanceReport(address, await ConformanceRun.RunAsync(http, AllChecks.List, signals.Stop));
            }
            catch (HttpRequestException e)
            {
                throw new CommandException(ExitCode.Failed, $"{address} can't be reached: {e.Message}");
            }

            if (arguments.GetValue(junit) is { } file)
                report.JUnit().Save(file.FullName);
            terminal.Result(report.Document(), _ => new Rows(report.Lines().Select(static line => new TerminalLine(new Text(line)))));
            return report.ExitCode;
        }));
        return command;
    }

    /// <summary>Writes the models.</summary>
    internal static async Task WriteAsync(DirectoryInfo folder, CancellationToken cancellation)
    {
        foreach (var name in ConformanceModels.Names)
        {
            var place = folder.CreateSubdirectory(Path.Combine(name, "1"));
            await File.WriteAllBytesAsync(Path.Combine(place.FullName, "model.onnx"), ConformanceModels.Make(name), cancellation);
        }
    }
}
