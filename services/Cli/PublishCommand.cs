using System.CommandLine;
using ModelServing.Cli.Publishing;
using ModelServing.Cli.Up;
using ModelServing.Contracts;
using ModelServing.Registry;
using ModelServing.Registry.Profiles;
using Spectre.Console;

namespace ModelServing.Cli;

/// <summary><c>ms publish</c>: publishes a file as a version of a model.</summary>
internal static class PublishCommand
{
    // A smaller file is uploaded before a bar could move.
    private const long ShownFrom = 4 * 1024 * 1024;

    internal static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "The model's name." };
        var file = new Argument<FileInfo>("FILE") { Description = "The ONNX file." };
        var version = new Option<string?>("--version") { Description = "The version's number. Default: the next one." };
        var training = new Option<FileInfo?>("--training") { Description = "A JSON file with 'metrics' and 'labels' of the training." };
        var profile = new Option<FileInfo?>("--training-profile")
        {
            Description = "The profile of the training table, from 'ms features profile'; serving is compared with it.",
        };
        var labels = new Option<string[]>("--label")
        {
            Description = "A label, KEY=VALUE; may be repeated.",
            AllowMultipleArgumentsPerToken = false,
        };
        var untried = new Option<bool>("--untried") { Description = "Do not run the model before it is published." };
        var json = new Option<bool>("--json") { Description = "Print the manifest as JSON." };
        var registry = new RegistryOptions();
        var command = new Command(
            "publish",
            "Run a model once, with limits, and publish it as a version. A version never changes and is never overwritten.")
        {
            model, file, version, training, profile, labels, untried, json,
        };
        registry.AddTo(command);
        command.SetAction((arguments, _) => Terminal.RunAsync(arguments.GetValue(json), async (terminal, signals) =>
        {
            var name = ParseName(arguments.GetValue(model)!);
            var path = arguments.GetValue(file)!;
            if (!path.Exists)
                throw new CommandException(ExitCode.WrongInput, $"{path} does not exist; name an ONNX file");
            var info = Read(arguments.GetValue(training), TrainingInfo.Parse) ?? TrainingInfo.None;
            info = WithLabels(info, arguments.GetValue(labels) ?? []) with
            {
                Profile = Read(arguments.GetValue(profile), TrainingProfile.Parse),
            };
            var bar = new UploadBar();
            var target = await registry.OpenAsync(arguments, bar, signals.Stop);
            var number = arguments.GetValue(version) is { } text ? ParseVersion(text) : await NextAsync(target, name, signals.Stop);
            await using var content = path.OpenRead();
            // What was run is what is published, even if the file changes meanwhile.
            var artifact = await target.DescribeAsync(name, number, content, info, signals.Stop);
            var first = arguments.GetValue(untried)
                ? null
                : await PublishedFirstRun.RunAsync(artifact, HostPrograms.Find().Inference, signals.Stop);
            Task<Manifest> PublishAsync() => target.PublishAsync(artifact, signals.Stop);
            var manifest = target.IsRemote && path.Length >= ShownFrom
                ? await bar.ShowAsync(terminal, RegistryLayout.Model(name, number), path.Length, $"{name} version {number}", PublishAsync)
                : await PublishAsync();
            terminal.Say($"{name} version {number} is published in [bold]{Markup.Escape(target.Location)}[/]");
            // A bucket notifies the function ModelLoader of new artifacts. A folder notifies nothing, so check it here.
            var verdict = target.IsRemote ? null : (await target.CheckAsync(name, number, "ms publish", signals.Stop)).Verdict;
            terminal.Result(
                ModelRow.From(manifest, null, ModelVerdict.From(verdict)),
                row => ModelsCommand.Table([row], terminal.Messages.Profile.Width));
            foreach (var line in first?.Lines() ?? [])
                terminal.Say(Markup.Escape(line));
            if (registry.IsLocal(arguments) &&
                await InterfaceCheck.RemarkAsync(registry.Stack(arguments), target, name, number, signals.Stop) is { } remark)
                terminal.Say($"[yellow]{Markup.Escape(remark)}[/]");
            foreach (var line in registry.IsLocal(arguments) ? NextSteps.Lines(registry.Stack(arguments), manifest) : [])
                terminal.Say(Markup.Escape(line));
            return ExitCode.Done;
        }));
        return command;
    }

    private static ModelName ParseName(string text) => ModelName.TryParse(text, null, out var name)
        ? name
        : throw new CommandException(ExitCode.WrongInput, $"'{text}' is not a model's name: {ModelName.Form}");

    private static ModelVersion ParseVersion(string text) => ModelVersion.TryParse(text, null, out var version)
        ? version
        : throw new CommandException(ExitCode.WrongInput, $"--version: '{text}' is not a version: {ModelVersion.Form}");

    private static async Task<ModelVersion> NextAsync(ModelRegistry registry, ModelName name, CancellationToken cancellation) =>
        new((await registry.ListAsync(name, cancellation)).Select(static entry => entry.Version.Number).DefaultIfEmpty(0).Max() + 1);

    private static T? Read<T>(FileInfo? file, Func<ReadOnlySpan<byte>, T> parse)
        where T : class
    {
        if (file is null)
            return null;
        try
        {
            return parse(File.ReadAllBytes(file.FullName));
        }
        catch (ContractException e)
        {
            throw new CommandException(ExitCode.WrongInput, $"{file}: {e.Message}");
        }
    }

    private static TrainingInfo WithLabels(TrainingInfo info, string[] labels)
    {
        var all = new Dictionary<string, string>(info.Labels);
        foreach (var label in labels)
        {
            if (label.Split('=', 2) is not [{ Length: > 0 } key, var value])
                throw new CommandException(ExitCode.WrongInput, $"--label: '{label}' is not KEY=VALUE");
            all[key] = value;
        }

        return info with { Labels = all };
    }
}
