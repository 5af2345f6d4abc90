using System.Globalization;
using ModelServing.Contracts;
using ModelServing.Contracts.Admin;
using ModelServing.Rollout;
using ModelServing.Settings.Models;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ModelServing.Cli.Rollouts;

/// <summary>A status for people: for each model its variants, their requests, the guard's evidence, and problems with the way
/// out.</summary>
internal static class StatusReport
{
    internal static IRenderable Render(RolloutsStatus status, ReportForm form) =>
        new Rows(Lines(status, form).Select(static line => new TerminalLine(new Markup(line))));

    /// <summary>The lines of the report, in markup.</summary>
    internal static IEnumerable<string> Lines(RolloutsStatus status, ReportForm form)
    {
        foreach (var line in ProblemsOf(status))
            yield return line;
        foreach (var model in status.Models)
        {
            if (model != status.Models[0])
                yield return "";
            yield return $"[bold]{model.Model}[/]{(model.Experiment is { } experiment ? $"  experiment {Markup.Escape(experiment)}" : "")}";
            foreach (var line in Rollout(model).Concat(ProblemsOf(model, form.Options)))
                yield return line;
            if (model.Variants.Count == 0)
                continue;
            foreach (var line in FiguresTable.Lines(model, form).Concat(model.Variants.SelectMany(
                variant => EvidenceLines.Lines(variant, form))))
                yield return Markup.Escape(line);
        }
    }

    /// <summary>The variants of a model with their shares and endpoints, in markup.</summary>
    internal static IEnumerable<string> Rollout(ModelStatus model)
    {
        List<(string Name, string Share, string Trial, string Ready)> rows =
        [
            .. model.Variants.Select(static variant => (
                FiguresTable.NameOf(variant),
                variant.ServedWeight == variant.PlannedWeight
                    ? Share(variant.PlannedWeight)
                    : $"{Share(variant.PlannedWeight)} planned, {Share(variant.ServedWeight)} now",
                $"trial {Number(variant.Trial)}",
                $"{Number(variant.ReadyEndpoints)} of {Number(variant.Endpoints)} ready")),
            .. model.KeptWarm.Select(static kept => (
                $"kept warm v{kept.Version}", "", "", $"{Number(kept.ReadyEndpoints)} ready")),
        ];
        var (name, share, trial) = (Width(static row => row.Name), Width(static row => row.Share), Width(static row => row.Trial));
        return rows.Select(row => Markup.Escape(
            $"  {row.Name.PadRight(name)}  {row.Share.PadRight(share)}  {row.Trial.PadRight(trial)}  {row.Ready}"));

        int Width(Func<(string Name, string Share, string Trial, string Ready), string> part) =>
            rows.Select(row => part(row).Length).DefaultIfEmpty(0).Max();
    }

    private static IEnumerable<string> ProblemsOf(RolloutsStatus status)
    {
        if (status.Journal == JournalReach.Unread)
            yield return "[red]The journal is unread[/]: " +
                "the router has neither read it nor has a snapshot, so only stable versions get traffic";
        else if (status.Journal == JournalReach.Away)
            yield return "[yellow]The journal is unavailable[/]: " +
                "earlier rollbacks are known; a new one works and is written when the journal is back";
        if (status.CacheReached == false)
            yield return "[yellow]The cache is unavailable[/]: " +
                "each router's guard counts alone and learns of other routers' decisions from the journal. The requests below are those " +
                "of one router";
    }

    private static IEnumerable<string> ProblemsOf(ModelStatus model, string options)
    {
        var plan = model.Planned is { } planned ? $" The plan says {Markup.Escape(PlanChange.Describe(planned))}." : "";
        if (model.Condition == RolloutCondition.Refused)
            yield return $"  [red]{model.Model}: the plan is refused[/] " +
                $"because its stable version is condemned; the last good rollout is served instead.{plan}";
        else if (model.Condition == RolloutCondition.CondemnedStable)
            yield return $"  [red]{model.Model}: nothing is served[/] " +
                $"because the plan's stable version is condemned and no good rollout is known.{plan}";
        if (model.JournalFault is { } fault)
            yield return $"  [red]{model.Model}: the journal is damaged[/], " +
                $"so promote and reset are refused and other routers' decisions are not seen: {Markup.Escape(fault)}";
        foreach (var variant in model.Variants)
        {
            if (variant.Guard?.Blind is { } blind)
                yield return $"  [yellow]{model.Model} {variant.Name}: guard blind: {Markup.Escape(blind)}[/]";
        }

        foreach (var condemned in model.Condemned)
        {
            yield return Markup.Escape(string.Create(
                CultureInfo.InvariantCulture,
                $"  {model.Model} version {condemned.Version} was condemned at {condemned.Time:yyyy-MM-dd HH:mm:ss'Z'} by " +
                    $"{condemned.Who} ({condemned.Reason}, trial {condemned.Trial})"));
            if (condemned.Summary is { } summary)
                yield return $"    {Markup.Escape(summary)}";
            yield return "    It gets no traffic until it is reset. Publish a better version, or reset this one:";
            yield return $"      [bold]{Markup.Escape(ResetCommand(model.Model, condemned.Version, options))}[/]";
        }
    }

    /// <summary>The command that allows a version a new trial.</summary>
    internal static string ResetCommand(ModelName model, ModelVersion version, string options) =>
        $"{OwnCommand.Name} reset {model} {version} --why REASON{options}";

    private static string Share(int weight) => $"{Percent.FromHundredths(weight)}%";

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
