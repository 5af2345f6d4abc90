using System.CommandLine;
using ModelServing.Cli.Up;
using ModelServing.Contracts;
using ModelServing.Contracts.Admin;
using ModelServing.Journal;
using ModelServing.Oci;
using ModelServing.Oci.Identity;
using ModelServing.Registry;
using ModelServing.Rollout.Journal;
using ModelServing.Settings;
using ModelServing.Settings.Models;
using ModelServing.Settings.Schema;
using Spectre.Console;

namespace ModelServing.Cli.Rollouts;

/// <summary><c>ms check</c>: checks a stack file against the journal before it is applied.</summary>
internal static class CheckCommand
{
    internal static Command Create()
    {
        var path = new Argument<string?>("FILE")
        {
            Description = "A stack file: check everything that 'ms up' would refuse, also while no platform runs.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var journal = new Option<string?>("--journal")
        {
            Description = "Read the journal itself instead of asking a router: nosql:COMPARTMENT-OCID/TABLE.",
        };
        var admin = new AdminOptions();
        var oci = new OciOptions();
        var command = new Command(
            "check",
            "Check a stack file before it is applied: its settings, and that it names no condemned version as stable. 'pulumi up' of " +
                "such a file could delete the last good pods. With FILE, also that its versions are published on this machine.")
        {
            path, journal,
        };
        admin.AddTo(command);
        oci.AddTo(command);
        command.SetAction((arguments, _) => Terminal.RunAsync(json: false, async (terminal, signals) =>
        {
            var named = arguments.GetValue(path);
            var stack = named is null ? admin.Stack(arguments) : StackLocation.FromFile(named);
            var file = stack.Read();
            if (file.Check() is { Count: > 0 } broken)
                throw stack.Faults(broken);
            HashSet<(ModelName, ModelVersion)> condemned;
            if (arguments.GetValue(journal) is { } location)
            {
                var region = location.StartsWith(HostSources.NosqlScheme, StringComparison.Ordinal)
                    ? stack.ReadCloud().Cloud!.Region
                    : null;
                condemned = await ReadAsync(location, region is null ? null : oci.Read(arguments, region), file, signals.Stop);
            }
            else if (named is not null && !admin.IsGiven(arguments))
            {
                condemned = await CheckOnThisMachineAsync(stack, file, signals.Stop);
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
            terminal.Say(named is null || admin.IsGiven(arguments) || arguments.GetValue(journal) is not null
                ? $"{Markup.Escape(stack.FileName)} is correct and names no condemned version as stable."
                : $"{Markup.Escape(stack.FileName)} is correct: its versions are published, and no stable version is condemned.");
            return ExitCode.Done;
        }));
        return command;
    }

    /// <summary>Checks the published versions as <c>ms up</c> does, and reads which versions are condemned on this machine.</summary>
    /// <exception cref="CommandException"><c>ms up</c> would refuse the file, or the journal can't be read.</exception>
    internal static async Task<HashSet<(ModelName, ModelVersion)>> CheckOnThisMachineAsync(
        StackLocation stack, StackFile file, CancellationToken cancellation)
    {
        var own = stack.StateFolder(file.Settings.Local);
        var folder = StateFolder.Running(own) is [var running, ..] ? running : own;
        // A demo has a registry of its own.
        var models = folder == own ? stack.RegistryFolder(file.Settings.Local) : PlatformFiles.RegistryIn(folder);
        var registry = new ModelRegistry(RegistryLocation.Open(HostSources.File(models)), TimeProvider.System);
        await stack.CheckAsync(file, registry, missing => PublishHint.For(stack, demo: folder != own, missing), cancellation);
        var journal = PlatformFiles.JournalIn(folder);
        return File.Exists(journal) ? await ReadAsync(HostSources.Sqlite(journal), null, file, cancellation) : [];
    }

    /// <summary>The condemned versions according to a router.</summary>
    /// <exception cref="CommandException">The router does not know them.</exception>
    internal static HashSet<(ModelName, ModelVersion)> CondemnedIn(RolloutsStatus status)
    {
        if (status.Journal != JournalReach.Read)
        {
            var reach = status.Journal == JournalReach.Unread ? "unread" : "unavailable";
            throw new CommandException(ExitCode.Failed, $"the router's journal is {reach}, so the stack file can't be checked");
        }

        if (status.Models.FirstOrDefault(static model => model.JournalFault is not null) is { } damaged)
            throw new CommandException(ExitCode.Failed, $"the condemned versions of {damaged.Model} are unknown: {damaged.JournalFault}");
        return [.. status.Models.SelectMany(
            static model => model.Condemned,
            static (model, condemned) => (model.Model, condemned.Version))];
    }

    /// <summary>The reasons not to apply the file: condemned stable versions.</summary>
    internal static IReadOnlyList<SettingsFault> Faults(StackFile file, IReadOnlySet<(ModelName, ModelVersion)> condemned) =>
    [
        .. from model in file.Settings.Models
           let version = model.Value.Stable.Version
           where condemned.Contains((model.Key, version))
           select file.Fault(
               $"models.{model.Key}.stable.version",
               $"version {version} is condemned: routers would refuse it and keep the last good rollout while its pods exist; " +
               $"'ms reset {model.Key} {version} --why REASON' allows a new trial"),
    ];

    /// <summary>Settings without effect: condemned versions beside stable.</summary>
    internal static IEnumerable<string> Remarks(StackFile file, IReadOnlySet<(ModelName, ModelVersion)> condemned) =>
        from model in file.Settings.Models
        let plan = PlanMaker.Make(new Dictionary<ModelName, ModelSettings> { [model.Key] = model.Value })
        from variant in plan.Rollouts.Single().Value.Variants.SkipLast(1)
        where condemned.Contains((model.Key, variant.Version))
        select $"{model.Key}: version {variant.Version} is condemned, so {variant.Name} gets no traffic, whatever its percentage";

    /// <summary>The condemned versions of a stack file's models according to the journal.</summary>
    /// <exception cref="CommandException">The journal can't be read.</exception>
    /// <exception cref="ContractException">The location is invalid, or the identity is unavailable.</exception>
    internal static async Task<HashSet<(ModelName, ModelVersion)>> ReadAsync(
        string location, OciSettings? oci, StackFile file, CancellationToken cancellation)
    {
        // SQLite would create a missing file, and nothing would be condemned in it.
        if (location.StartsWith(HostSources.SqliteScheme, StringComparison.Ordinal)
            && location[HostSources.SqliteScheme.Length..] is var path
            && !File.Exists(path))
            throw new CommandException(ExitCode.WrongInput, $"--journal: the file does not exist: {path}");
        var store = JournalStores.Open(location, oci);
        try
        {
            var journal = new RolloutJournal(store);
            var condemned = new HashSet<(ModelName, ModelVersion)>();
            foreach (var model in file.Settings.Models.Keys)
            {
                var state = JournalState.Empty(model).Apply(await journal.ReadAsync(model, 0, cancellation));
                condemned.UnionWith(state.Versions.Values.Where(static version => version.Condemned is not null)
                    .Select(version => (model, version.Version)));
            }

            return condemned;
        }
        catch (JournalException e)
        {
            throw new CommandException(IdentityFailures.IsCauseOf(e) ? ExitCode.WrongInput : ExitCode.Failed, e.Message);
        }
        finally
        {
            (store as IDisposable)?.Dispose();
        }
    }
}
