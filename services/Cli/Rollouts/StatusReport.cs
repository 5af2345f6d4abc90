using System.Globalization;
using ModelServing.Contracts.Admin;
using ModelServing.Rollout;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ModelServing.Cli.Rollouts;

/// <summary>A status for people: a table of the variants, then problems and condemned versions, each with the way out.</summary>
internal static class StatusReport
{
    internal static IRenderable Render(RolloutsStatus status)
    {
        var parts = new List<IRenderable>();
        if (status.Models.Count > 0)
            parts.Add(Table(status.Models));
        foreach (var line in LinesOf(status))
            parts.Add(new UnbrokenLine(new Markup(line)));
        return new Rows(parts);
    }

    internal static Table Table(IReadOnlyList<ModelStatus> models)
    {
        var table = new Table().AddColumns("model", "variant", "version", "trial", "planned", "served", "ready", "guard");
        foreach (var model in models)
        {
            foreach (var variant in model.Variants)
            {
                table.AddRow(
                    model.Model.Text,
                    variant.Name,
                    variant.Version.ToString(),
                    Number(variant.Trial),
                    Share(variant.PlannedWeight),
                    variant.ServedWeight == variant.PlannedWeight ? Share(variant.ServedWeight) : $"[bold]{Share(variant.ServedWeight)}[/]",
                    $"{Number(variant.ReadyEndpoints)} of {Number(variant.Endpoints)}",
                    variant.Guard is { } guard ? Markup.Escape(Describe(guard)) : "");
            }

            foreach (var kept in model.KeptWarm)
                table.AddRow(model.Model.Text, "kept warm", kept.Version.ToString(), "", "", "", Number(kept.ReadyEndpoints), "");
        }

        return table;
    }

    /// <summary>The lines below the table, in markup.</summary>
    internal static IEnumerable<string> LinesOf(RolloutsStatus status)
    {
        if (status.Journal == JournalReach.Unread)
            yield return "[red]The journal is unread[/]: " +
                "the router has neither read it nor has a snapshot, so only stable versions get traffic";
        else if (status.Journal == JournalReach.Away)
            yield return "[yellow]The journal is unavailable[/]: " +
                "earlier rollbacks are known; a new one works and is written when the journal is back";
        if (status.CacheReached == false)
            yield return "[yellow]The cache is unavailable[/]: " +
                "each router's guard counts alone and learns of other routers' decisions from the journal";
        foreach (var model in status.Models)
        {
            if (model.Condition == RolloutCondition.Refused)
                yield return $"[red]{model.Model}: the plan is refused[/] " +
                    $"because its stable version is condemned; revision {model.Revision} is served instead";
            else if (model.Condition == RolloutCondition.CondemnedStable)
                yield return $"[red]{model.Model}: nothing is served[/] " +
                    "because the plan's stable version is condemned and no good rollout is known";
            if (model.JournalFault is { } fault)
                yield return $"[red]{model.Model}: the journal is damaged[/], " +
                    $"so promote and reset are refused and other routers' decisions are not seen: {Markup.Escape(fault)}";
            foreach (var variant in model.Variants)
            {
                if (variant.Guard?.Blind is { } blind)
                    yield return $"[yellow]{model.Model} {variant.Name}: guard blind: {Markup.Escape(blind)}[/]";
            }

            foreach (var condemned in model.Condemned)
            {
                yield return Markup.Escape(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{model.Model} version {condemned.Version} was condemned at {condemned.Time:yyyy-MM-dd HH:mm:ss'Z'} by " +
                        $"{condemned.Who} " +
                    $"({condemned.Reason}, trial {condemned.Trial})"));
                if (condemned.Summary is { } summary)
                    yield return $"  {Markup.Escape(summary)}";
                yield return "  It gets no traffic until it is reset. Publish a better version, or reset this one:";
                yield return $"    [bold]ms reset {model.Model} {condemned.Version} --why REASON[/]";
            }
        }
    }

    private static string Describe(GuardStatus guard)
    {
        var worst = guard.Readings.MaxBy(static reading => reading.Evidence / reading.Threshold);
        return worst is null
            ? ""
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{worst.Kind} {worst.Evidence:0.##} of {worst.Threshold:0}, minute {guard.Minute}");
    }

    private static string Share(int weight) => $"{Percent.FromHundredths(weight)}%";

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
