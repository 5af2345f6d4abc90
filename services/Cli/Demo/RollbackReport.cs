using System.Globalization;
using ModelServing.Contracts;
using ModelServing.Contracts.Admin;
using Spectre.Console;

namespace ModelServing.Cli.Demo;

/// <summary>The figures of the demo's last scene: a version fails, and the platform rolls it back.</summary>
internal sealed record RollbackReport
{
    public required string Variant { get; init; }

    public required int Version { get; init; }

    public required DateTimeOffset FaultBegan { get; init; }

    /// <summary>When the version was condemned; null if it was not.</summary>
    public DateTimeOffset? CondemnedAt { get; init; }

    /// <summary>The time from the beginning of the fault to the rollback.</summary>
    public double? Seconds => (CondemnedAt - FaultBegan)?.TotalSeconds;

    /// <summary>The kind of decision, as the journal has it.</summary>
    public string? Reason { get; init; }

    public string? Evidence { get; init; }

    /// <summary>The payments that were sent until the version was condemned.</summary>
    public required int Payments { get; init; }

    /// <summary>How many of them reached the version.</summary>
    public required int Reached { get; init; }

    /// <summary>How many of those the fault made fail.</summary>
    public required int Failed { get; init; }

    /// <summary>The payments that were sent after the version was condemned.</summary>
    public int LaterPayments { get; init; }

    /// <summary>How many of them reached the version.</summary>
    public int LaterReached { get; init; }

    /// <summary>How many of all payments failed for their callers.</summary>
    public required int FailedForCallers { get; init; }

    /// <summary>The metrics of the version and of stable, minute by minute; empty if the guard decided.</summary>
    public IReadOnlyList<MinuteFigures> Minutes { get; init; } = [];

    /// <summary>The alarm that caused the rollback; null if the guard decided.</summary>
    public AlarmFigures? Alarm { get; init; }

    public bool AsExpected { get; init; }

    /// <summary>The command that allows the version a new trial; null if it is not condemned.</summary>
    public string? ResetCommand => CondemnedAt is null ? null : $"{OwnCommand.Name} reset {DemoModel.Name} {Version} --why REASON";

    internal static RollbackReport From(
        VariantPlan watched,
        DateTimeOffset began,
        CondemnedVersion? condemned,
        FaultCounts before,
        FaultCounts after,
        AlarmTrace? alarms) => new()
        {
            Variant = watched.Name,
            Version = watched.Version.Number,
            FaultBegan = began,
            CondemnedAt = condemned?.Time.ToUniversalTime(),
            Reason = condemned?.Reason,
            Evidence = condemned?.Summary,
            Payments = before.Payments,
            Reached = before.Reached,
            Failed = before.Failed,
            LaterPayments = after.Payments - before.Payments,
            LaterReached = after.Reached - before.Reached,
            FailedForCallers = after.FailedForCallers,
            Minutes = alarms?.Minutes ?? [],
            Alarm = alarms?.Alarm,
            AsExpected = condemned is not null
            && after.FailedForCallers == 0
            && after.Reached == before.Reached
            && (alarms is null || alarms.Alarm is not null),
        };

    /// <summary>Prints the report of a version that was condemned.</summary>
    /// <param name="minute">How long a minute of the platform lasts.</param>
    internal void Print(Terminal terminal, TimeSpan minute)
    {
        var decision = Alarm is null
            ? string.Create(CultureInfo.InvariantCulture, $"the guard rolled it back {Seconds:0.00} s")
            : string.Create(
                CultureInfo.InvariantCulture,
                $"the function Rollback condemned it {(CondemnedAt - FaultBegan) / minute:0.0} minutes");
        terminal.Say($"[bold]{CondemnedAt:HH:mm:ss.fff} {decision}[/] after the fault began");
        terminal.Say($"  evidence         {Markup.Escape(Evidence ?? "none")}");
        if (Alarm is { } alarm)
            terminal.Say($"  its answer       {Markup.Escape(alarm.Answer)}");
        terminal.Say($"  reached it       {Reached:N0} of {Payments:N0} payments; {Failed:N0} failed, stable answered them");
        terminal.Say($"  after that       {LaterReached:N0} of {LaterPayments:N0} payments reached it");
        terminal.Say($"  failures seen    {FailedForCallers:N0} of {Payments + LaterPayments:N0} payments failed for their callers");
    }
}
