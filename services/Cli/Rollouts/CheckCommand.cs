using System.CommandLine;
using ModelServing.Contracts;
using ModelServing.Rollout;
using ModelServing.Rollout.Settings;
using Spectre.Console;

namespace ModelServing.Cli.Rollouts;

/// <summary><c>ms check</c>: holds a stack file against the journal, before it is applied.</summary>
internal static class CheckCommand
{
    internal static Command Create()
    {
        var admin = new AdminOptions();
        var command = new Command("check", "Hold the stack file against what is condemned: 'pulumi up' of one that names a condemned version as stable could delete the last good pods.");
        admin.AddTo(command);
        command.SetAction((arguments, _) => Terminal.RunAsync(json: false, async (terminal, signals) =>
        {
            var stack = admin.Stack(arguments);
            var file = stack.Read();
            using var client = admin.Open(arguments);
            var status = await client.StatusAsync(signals.Stop);
            if (status.Journal != JournalReach.Read)
                throw new CommandException(ExitCode.Failed, $"the router's journal is {(status.Journal == JournalReach.Unread ? "unread" : "away")}, so nothing can be held against it");
            var faults = Faults(file, status);
            if (faults.Count > 0)
                throw stack.Faults(faults);
            foreach (var line in Remarks(file, status))
                terminal.Say($"[yellow]{Markup.Escape(line)}[/]");
            terminal.Say($"{stack.FileName} names no condemned version as stable.");
            return ExitCode.Done;
        }));
        return command;
    }

    /// <summary>What must not be applied: a stable version that is condemned.</summary>
    internal static IReadOnlyList<SettingsFault> Faults(StackFile file, RolloutsStatus status) =>
    [
        .. file.Settings.Models.Where(model => Condemned(status, model.Key, model.Value.Stable.Version) is not null).Select(model => file.Fault(
            $"models.{model.Key}.stable.version",
            $"version {model.Value.Stable.Version} is condemned: routers would not serve it, and go on with the last good rollout as long as its pods are there; 'ms reset {model.Key} {model.Value.Stable.Version} --why REASON' lets it be tried again")),
    ];

    /// <summary>What may be applied and has no effect: a condemned version beside stable.</summary>
    internal static IEnumerable<string> Remarks(StackFile file, RolloutsStatus status) =>
        from model in file.Settings.Models
        from variant in PlanMaker.Make(new Dictionary<ModelName, ModelSettings> { [model.Key] = model.Value }).Rollouts.Single().Value.Variants.SkipLast(1)
        where Condemned(status, model.Key, variant.Version) is not null
        select $"{model.Key}: version {variant.Version} is condemned, so {variant.Name} gets no traffic, whatever its share";

    private static CondemnedVersion? Condemned(RolloutsStatus status, ModelName name, ModelVersion version) =>
        status.Models.FirstOrDefault(model => model.Model == name)?.Condemned.FirstOrDefault(condemned => condemned.Version == version);
}
