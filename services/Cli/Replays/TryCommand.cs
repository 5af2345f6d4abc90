using System.CommandLine;
using System.Globalization;
using ModelServing.Cli.Rollouts;
using ModelServing.Contracts;
using ModelServing.Contracts.Experiments;
using ModelServing.Settings.Models;

namespace ModelServing.Cli.Replays;

/// <summary><c>ms try</c>: starts the job that replays logged requests through a version that gets no traffic.</summary>
internal static class TryCommand
{
    internal static Command Create()
    {
        var model = new Argument<string?>("MODEL") { Description = "The model.", Arity = ArgumentArity.ZeroOrOne };
        var version = new Option<string?>("--version") { Description = "The candidate, a published version." };
        var against = new Option<string?>("--against")
        {
            Description = "Instead: an earlier stack file. Each version that the stack file names and the earlier one does not is tried "
                + "with the model's sample.",
        };
        var output = new Option<string?>("--out") { Description = "With --against: the file for the reports. It is not made without one." };
        var job = new TryOptions();
        var json = new Option<bool>("--json") { Description = "Print the report as JSON." };
        var command = new Command("try", "Replay logged requests through a version, to see what it would have answered.")
        {
            model, version, against, output, json,
        };
        job.AddTo(command);
        command.SetAction((arguments, _) => Terminal.RunAsync(arguments.GetValue(json), async (terminal, signals) =>
        {
            if (arguments.GetValue(against) is { } earlier)
            {
                if (arguments.GetValue(model) is not null || arguments.GetValue(version) is not null || arguments.GetValue(output) is null)
                    throw Wrong("--against: it takes the place of MODEL and --version, and needs --out");
                await new TriedChanges(job, arguments, terminal, signals)
                    .WriteAsync(earlier, Path.GetFullPath(arguments.GetValue(output)!));
                return ExitCode.Done;
            }

            if (arguments.GetValue(model) is not { } name || arguments.GetValue(version) is not { } number)
                throw Wrong("name MODEL and --version, or an earlier stack file with --against");
            var replay = Find(
                job.Stack(arguments).Read().Settings.Models, ModelArgument.Parse(name), VersionOf(number), job.Decision(arguments));
            List<string> own = arguments.GetValue(json) ? ["--json"] : [];
            return await job.RunAsync(arguments, replay, [.. own, .. job.SourceOf(arguments)], signals);
        }));
        return command;
    }

    /// <summary>The replay of a version.</summary>
    /// <param name="models">The models of the stack file.</param>
    /// <param name="version">The candidate.</param>
    /// <param name="decision">What makes the decisions, in place of the metrics of the stack file; null for those.</param>
    /// <exception cref="CommandException">The stack file does not have the model.</exception>
    internal static ReplayDocument Find(
        IReadOnlyDictionary<ModelName, ModelSettings> models, ModelName model, ModelVersion version, ExperimentMetric? decision)
    {
        if (!models.TryGetValue(model, out var release))
            throw Wrong($"there is no model {model} in the stack file");
        var replay = ReplayMaker.Make(model, release, version);
        return decision is null
            ? replay
            : replay with { Metrics = [decision, .. replay.Metrics.Where(metric => metric.Output == decision.Output)] };
    }

    internal static CommandException Wrong(string message) => new(ExitCode.WrongInput, message);

    private static ModelVersion VersionOf(string text) => ModelVersion.TryParse(text, CultureInfo.InvariantCulture, out var version)
        ? version
        : throw Wrong($"--version: '{text}' is not a version: {ModelVersion.Form}");
}
