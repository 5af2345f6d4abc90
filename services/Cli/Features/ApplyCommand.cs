using System.CommandLine;
using System.Text;
using ModelServing.Features.Definitions;
using ModelServing.Settings.Views;
using Spectre.Console;

namespace ModelServing.Cli.Features;

/// <summary><c>ms features apply</c>: checks files of feature views and publishes them.</summary>
internal static class ApplyCommand
{
    private const string New = "new";
    private const string Published = "published";
    private const string Unchanged = "unchanged";

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    internal static Command Create()
    {
        var files = new Argument<FileInfo[]>("FILE")
        {
            Description = "The YAML files, one for each view.",
            Arity = ArgumentArity.OneOrMore,
        };
        var check = new Option<bool>("--check") { Description = "Only check the files, and compare them with what is published." };
        var json = new Option<bool>("--json") { Description = "Print the views as JSON." };
        var registry = new RegistryOptions();
        var command = new Command("apply", "Publish feature views. A version of a view never changes and is never overwritten.")
        {
            files, check, json,
        };
        registry.AddTo(command);
        command.SetAction((arguments, _) => Terminal.RunAsync(arguments.GetValue(json), async (terminal, signals) =>
        {
            // Every file is checked before the registry is opened.
            var views = Read(arguments.GetValue(files)!);
            var published = new PublishedViews(await registry.OpenStoreAsync(arguments, null, signals.Stop));
            await RunAsync(terminal, views, published, arguments.GetValue(check), signals.Stop);
            return ExitCode.Done;
        }));
        return command;
    }

    /// <summary>Publishes views, or only compares them with what is published. All are compared before the first is published.</summary>
    internal static async Task RunAsync(
        Terminal terminal, IReadOnlyList<ViewDefinition> views, PublishedViews published, bool isCheck, CancellationToken cancellation)
    {
        var rows = new List<ViewRow>();
        foreach (var view in views)
            rows.Add(ViewRow.From(view, await published.IsPublishedAsync(view, cancellation) ? Unchanged : New));
        for (var i = 0; i < views.Count && !isCheck; i++)
            rows[i] = rows[i] with { State = await published.PublishAsync(views[i], cancellation) ? Published : Unchanged };
        terminal.Say($"Feature views in [bold]{Markup.Escape(published.Location)}[/]:");
        terminal.Result(rows, FeaturesCommand.Table);
    }

    /// <summary>Reads files of views.</summary>
    /// <exception cref="CommandException">A file is missing or has faults, one line each.</exception>
    internal static List<ViewDefinition> Read(FileInfo[] files)
    {
        var views = new List<ViewDefinition>();
        var lines = new List<string>();
        foreach (var file in files)
        {
            var (view, faults) = ViewFile.Parse(ReadText(file));
            lines.AddRange(faults.Select(fault => fault.ToLine(file.ToString())));
            if (view is null)
                continue;
            if (views.Any(other => other.Id == view.Id))
                lines.Add($"{file}: {view.Id} is in another of these files too; give one of them another version");
            views.Add(view);
        }

        return lines.Count == 0 ? views : throw new CommandException(ExitCode.WrongInput, lines);
    }

    private static string ReadText(FileInfo file)
    {
        if (!file.Exists)
            throw new CommandException(ExitCode.WrongInput, $"{file} does not exist; name the YAML file of a feature view");
        if (file.Length > ViewDefinition.MaxBytes)
            throw new CommandException(ExitCode.WrongInput, $"{file} has {file.Length} bytes; at most {ViewDefinition.MaxBytes} are read");
        try
        {
            return StrictUtf8.GetString(File.ReadAllBytes(file.FullName)).TrimStart('\uFEFF');
        }
        catch (DecoderFallbackException)
        {
            throw new CommandException(ExitCode.WrongInput, $"{file} is not in UTF-8; save it in UTF-8");
        }
    }
}
