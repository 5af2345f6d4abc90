using System.CommandLine;
using ModelServing.Contracts;
using ModelServing.Contracts.Admin;
using ModelServing.Journal;
using ModelServing.Oci;
using ModelServing.Rollout.Journal;
using ModelServing.Settings;
using ModelServing.Settings.Models;
using ModelServing.Settings.Schema;
using Spectre.Console;

namespace ModelServing.Cli.Rollouts;

/// <summary><c>ms check</c>: holds a stack file against the journal, before it is applied.</summary>
internal static class CheckCommand
{
    internal static Command Create()
    {
        var journal = new Option<string?>("--journal") { Description = "Ask the journal itself and not a router: nosql:COMPARTMENT-OCID/TABLE." };
        var admin = new AdminOptions();
        var oci = new OciOptions();
        var command = new Command("check", "Hold the stack file against what is condemned: 'pulumi up' of one that names a condemned version as stable could delete the last good pods.") { journal };
        admin.AddTo(command);
        oci.AddTo(command);
        command.SetAction((arguments, _) => Terminal.RunAsync(json: false, async (terminal, signals) =>
        {
            var stack = admin.Stack(arguments);
            var file = stack.Read();
            HashSet<(ModelName, ModelVersion)> condemned;
            if (arguments.GetValue(journal) is { } location)
            {
                var region = location.StartsWith(HostSources.NosqlScheme, StringComparison.Ordinal) ? stack.ReadCloud().Cloud!.Region : null;
                condemned = await ReadAsync(location, region is null ? null : oci.Read(arguments, region), file, signals.Stop);
            }
            else
            {
                using var client = admin.Open(arguments);
                condemned = CondemnedIn(await client.StatusAsync(signals.Stop));
            }

            var faults = Faults(file, condemned);
            if (faults.Count > 0)
                throw stack.Faults(faults);
            foreach (var line in Remarks(file, condemned))
                terminal.Say($"[yellow]{Markup.Escape(line)}[/]");
            terminal.Say($"{stack.FileName} names no condemned version as stable.");
            return ExitCode.Done;
        }));
        return command;
    }

    /// <summary>What a router says is condemned.</summary>
    /// <exception cref="CommandException">The router does not know.</exception>
    internal static HashSet<(ModelName, ModelVersion)> CondemnedIn(RolloutsStatus status)
    {
        if (status.Journal != JournalReach.Read)
            throw new CommandException(ExitCode.Failed, $"the router's journal is {(status.Journal == JournalReach.Unread ? "unread" : "away")}, so nothing can be held against it");
        if (status.Models.FirstOrDefault(static model => model.JournalFault is not null) is { } damaged)
            throw new CommandException(ExitCode.Failed, $"nobody knows what is condemned of {damaged.Model}: {damaged.JournalFault}");
        return [.. status.Models.SelectMany(static model => model.Condemned, static (model, condemned) => (model.Model, condemned.Version))];
    }

    /// <summary>What must not be applied: a stable version that is condemned.</summary>
    internal static IReadOnlyList<SettingsFault> Faults(StackFile file, IReadOnlySet<(ModelName, ModelVersion)> condemned) =>
    [
        .. file.Settings.Models.Where(model => condemned.Contains((model.Key, model.Value.Stable.Version))).Select(model => file.Fault(
            $"models.{model.Key}.stable.version",
            $"version {model.Value.Stable.Version} is condemned: routers would not serve it, and go on with the last good rollout as long as its pods are there; 'ms reset {model.Key} {model.Value.Stable.Version} --why REASON' lets it be tried again")),
    ];

    /// <summary>What may be applied and has no effect: a condemned version beside stable.</summary>
    internal static IEnumerable<string> Remarks(StackFile file, IReadOnlySet<(ModelName, ModelVersion)> condemned) =>
        from model in file.Settings.Models
        from variant in PlanMaker.Make(new Dictionary<ModelName, ModelSettings> { [model.Key] = model.Value }).Rollouts.Single().Value.Variants.SkipLast(1)
        where condemned.Contains((model.Key, variant.Version))
        select $"{model.Key}: version {variant.Version} is condemned, so {variant.Name} gets no traffic, whatever its share";

    /// <summary>What the journal says is condemned, of the models of a stack file.</summary>
    /// <exception cref="CommandException">The journal can't be read.</exception>
    /// <exception cref="ContractException">The location is none, or the identity can't be had.</exception>
    internal static async Task<HashSet<(ModelName, ModelVersion)>> ReadAsync(string location, OciSettings? oci, StackFile file, CancellationToken cancellation)
    {
        // SQLite would make a file that is not there, and nothing would be condemned in it.
        if (location.StartsWith(HostSources.SqliteScheme, StringComparison.Ordinal) && !File.Exists(location[HostSources.SqliteScheme.Length..]))
            throw new CommandException(ExitCode.WrongInput, $"--journal: there is no file {location[HostSources.SqliteScheme.Length..]}");
        var store = JournalStores.Open(location, oci);
        try
        {
            var journal = new RolloutJournal(store);
            var condemned = new HashSet<(ModelName, ModelVersion)>();
            foreach (var model in file.Settings.Models.Keys)
            {
                var state = JournalState.Empty(model).Apply(await journal.ReadAsync(model, 0, cancellation));
                condemned.UnionWith(state.Versions.Values.Where(static version => version.Condemned is not null).Select(version => (model, version.Version)));
            }

            return condemned;
        }
        catch (JournalException e)
        {
            throw new CommandException(ExitCode.Failed, e.Message);
        }
        finally
        {
            (store as IDisposable)?.Dispose();
        }
    }
}
