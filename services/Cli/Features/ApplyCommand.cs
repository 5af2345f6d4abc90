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
        var files = new Argument<FileInfo[]>("files")
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
            // Every file is checked before the first is published.
            var read = Read(arguments.GetValue(files)!);
            var views = new PublishedViews(await registry.OpenStoreAsync(arguments, null, signals.Stop));
            var rows = new List<ViewRow>();
            foreach (var view in read)
                rows.Add(ViewRow.From(view, await views.IsPublishedAsync(view, signals.Stop) ? Unchanged : New));
            if (!arguments.GetValue(check))
            {
                for (var i = 0; i < read.Count; i++)
                    rows[i] = rows[i] with { State = await views.PublishAsync(read[i], signals.Stop) ? Published : Unchanged };
            }

            terminal.Say($"Feature views in [bold]{Markup.Escape(views.Location)}[/]:");
            terminal.Result(rows, FeaturesCommand.Table);
            return ExitCode.Done;
        }));
        return command;
    }

    private static List<ViewDefinition> Read(FileInfo[] files)
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
