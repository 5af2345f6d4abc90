using System.CommandLine;
using ModelServing.Contracts;
using ModelServing.Contracts.Reliability;
using ModelServing.Journal;
using ModelServing.Oci;
using Spectre.Console;

namespace ModelServing.Cli.Rollouts;

/// <summary><c>ms journal</c>: copies of the journal.</summary>
internal static class JournalCommand
{
    internal static Command Create() =>
        new("journal", "Copy the journal into a file, and put such a copy back.") { CreateExport(), CreateRestore() };

    private static Command CreateExport()
    {
        var output = new Option<string>("--out") { Description = "The file. It must not exist.", Required = true };
        var (journal, stack, oci) = (JournalOption(), new StackOptions(), new OciOptions());
        var command = new Command("export", "Write the events of the stack file's models into a file, one a line.") { journal, output };
        stack.AddTo(command);
        oci.AddTo(command);
        command.SetAction((arguments, _) => Terminal.RunAsync(json: false, async (terminal, signals) =>
        {
            var models = stack.Read(arguments).Read().Settings.Models.Keys.OrderBy(static model => model.Text, StringComparer.Ordinal);
            var store = Open(arguments.GetValue(journal)!, stack.Read(arguments), arguments, oci);
            using var closing = store as IDisposable;
            var count = await ExportAsync(store, [.. models], Path.GetFullPath(arguments.GetValue(output)!), signals.Stop);
            terminal.Say($"{count} events are in {Markup.Escape(arguments.GetValue(output)!)}.");
            return ExitCode.Done;
        }));
        return command;
    }

    private static Command CreateRestore()
    {
        var input = new Option<string>("--from") { Description = "The file, or a copy that the cluster's job made.", Required = true };
        var (journal, stack, oci) = (JournalOption(), new StackOptions(), new OciOptions());
        var command = new Command("restore", """
            Put the events of a file into a journal, under their own numbers.

            Condemned versions are condemned again, and the last good rollouts are known again. Nothing is
            put if the journal already has other events under these numbers. Stop the routers first, or
            restore before they start: they append to the journal.
            """)
        {
            journal, input,
        };
        stack.AddTo(command);
        oci.AddTo(command);
        command.SetAction((arguments, _) => Terminal.RunAsync(json: false, async (terminal, signals) =>
        {
            var store = Open(arguments.GetValue(journal)!, stack.Read(arguments), arguments, oci);
            using var closing = store as IDisposable;
            var (added, all) = await RestoreAsync(store, arguments.GetValue(input)!, signals.Stop);
            terminal.Say($"{added} of {all} events were put; the others were there.");
            return ExitCode.Done;
        }));
        return command;
    }

    /// <summary>Writes a file: complete, or not at all.</summary>
    /// <exception cref="CommandException">It exists or can't be written, or the journal can't be read.</exception>
    internal static async Task<long> ExportAsync(
        IJournalStore store, IReadOnlyList<ModelName> models, string path, CancellationToken cancellation)
    {
        if (Path.Exists(path))
            throw new CommandException(ExitCode.WrongInput, $"{path} exists; choose another name or remove it");
        try
        {
            using var file = new AtomicFile(path);
            var count = await JournalCopy.WriteAsync(store, models, file.Stream, cancellation);
            file.Commit(flushToDisk: true);
            return count;
        }
        catch (JournalException e)
        {
            throw new CommandException(ExitCode.Failed, e.Message);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.WrongInput, e.Message);
        }
    }

    /// <summary>Puts the events of a file into a journal.</summary>
    /// <returns>How many were put, and how many the file has.</returns>
    /// <exception cref="CommandException">The file is not a copy of a journal, the journal has other events, or it can't be
    /// used.</exception>
    internal static async Task<(int Added, int All)> RestoreAsync(IJournalStore store, string path, CancellationToken cancellation)
    {
        try
        {
            await using var file = File.OpenRead(path);
            var events = await JournalCopy.ReadAsync(file, cancellation);
            return (await JournalCopy.RestoreAsync(store, events, cancellation), events.Count);
        }
        catch (Exception e) when (e is ContractException or IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.WrongInput, $"{path}: {e.Message}");
        }
        catch (JournalException e)
        {
            throw new CommandException(ExitCode.Failed, e.Message);
        }
    }

    private static IJournalStore Open(string location, StackLocation stack, ParseResult arguments, OciOptions oci) => JournalStores.Open(
        location,
        location.StartsWith(HostSources.NosqlScheme, StringComparison.Ordinal)
            ? oci.Read(arguments, stack.ReadCloud().Cloud!.Region)
            : null);

    private static Option<string> JournalOption() => new("--journal")
    {
        Description = "The journal: nosql:COMPARTMENT-OCID/TABLE or sqlite:PATH.",
        Required = true,
    };
}
