using System.CommandLine;
using System.CommandLine.Parsing;
using Grpc.Net.Client;
using ModelServing.Cli.Conformance.Checks;
using ModelServing.Cli.Conformance.Rpc;
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
            CustomParser = static result => AddressIn(result, "URL"),
        };
        var grpc = new Option<Uri?>("--grpc")
        {
            Description = "Check the server over gRPC too, at this address, as in http://localhost:8001. Without a URL, check only that.",
            CustomParser = static result => AddressIn(result, "--grpc"),
        };
        var json = new Option<bool>("--json") { Description = "Print the results as JSON." };
        var junit = new Option<FileInfo?>("--junit") { Description = "Write the results to this file, in JUnit's form." };
        var models = new Option<DirectoryInfo?>("--models")
        {
            Description = "Write the models that the checks ask to this folder, as MODEL/1/model.onnx.",
        };
        var key = new Option<string?>("--api-key") { Description = "Send this key in X-API-Key." };
        var command = new Command("conformance", $"""
            Check whether a server keeps the Open Inference Protocol v2 over HTTP and gRPC, and
            Triton's extensions of it that the server names: every path, data type and error.

            The server must serve the models {string.Join(", ", ConformanceModels.Names)}.
            --models writes them in the layout of Triton's model repository; publish them with
            'ms publish'. Checks for a model that the server does not have are skipped.
            """)
        {
            server, grpc, json, junit, models, key,
        };
        command.SetAction((arguments, _) => Terminal.RunAsync(arguments.GetValue(json), async (terminal, signals) =>
        {
            if (arguments.GetValue(models) is { } folder)
                await WriteAsync(folder, signals.Stop);
            var (address, rpcAddress) = (arguments.GetValue(server), arguments.GetValue(grpc));
            if ((address ?? rpcAddress) is not { } shown)
            {
                return arguments.GetValue(models) is not null
                    ? ExitCode.Done
                    : throw new CommandException(ExitCode.WrongInput, "give the server's URL, --grpc or --models");
            }

            var secret = arguments.GetValue(key);
            using var http = address is null ? null : new HttpClient { BaseAddress = address, Timeout = Limit };
            if (secret is not null)
                http?.DefaultRequestHeaders.Add(Contracts.HeaderNames.ApiKey, secret);
            using var channel = rpcAddress is null ? null : GrpcChannel.ForAddress(rpcAddress);
            var subject = new Subject(http, channel is null ? null : new RpcSubject(channel.CreateCallInvoker(), secret));
            IEnumerable<Check> checks = [.. http is null ? [] : AllChecks.List, .. channel is null ? [] : RpcChecks.List];
            ConformanceReport report;
            try
            {
                report = new ConformanceReport(shown, await ConformanceRun.RunAsync(subject, checks, signals.Stop));
            }
            catch (HttpRequestException e)
            {
                throw new CommandException(ExitCode.Failed, $"{shown} can't be reached: {e.Message}");
            }

            if (arguments.GetValue(junit) is { } file)
                report.JUnit().Save(file.FullName);
            terminal.Result(report.Document(), _ => new Rows(report.Lines().Select(static line => new TerminalLine(new Text(line)))));
            return report.ExitCode;
        }));
        return command;
    }

    private static Uri? AddressIn(ArgumentResult result, string name)
    {
        if (Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out var address) && address.Scheme is "http" or "https")
            return address;
        result.AddError($"{name}: this is not an address with http or https");
        return null;
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
