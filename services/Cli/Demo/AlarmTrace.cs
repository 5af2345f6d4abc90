using System.Globalization;
using ModelServing.Cli.Monitoring;
using ModelServing.Cli.Up.Functions;
using ModelServing.Contracts.Monitoring;
using Spectre.Console;

namespace ModelServing.Cli.Demo;

/// <summary>
/// Watches the second path to a rollback while the guard is off: the metrics of each minute, and the alarm that calls Rollback. It does
/// not use the routers' counts.
/// </summary>
internal sealed class AlarmTrace : IDisposable
{
    private readonly HostedFunctions functions;
    private readonly Terminal terminal;
    private readonly TimeProvider time;
    private readonly Lock gate = new();
    private readonly List<MinuteFigures> minutes = [];
    private AlarmFigures? alarm;

    internal AlarmTrace(HostedFunctions functions, Terminal terminal, TimeProvider time)
    {
        this.functions = functions;
        this.terminal = terminal;
        this.time = time;
        functions.Delivered = RecordAlarm;
        functions.Monitoring.Posted = RecordMinute;
    }

    internal IReadOnlyList<MinuteFigures> Minutes
    {
        get
        {
            lock (gate)
                return [.. minutes];
        }
    }

    /// <summary>The first alarm that was delivered; null before that.</summary>
    internal AlarmFigures? Alarm
    {
        get
        {
            lock (gate)
                return alarm;
        }
    }

    public void Dispose()
    {
        functions.Delivered = null;
        functions.Monitoring.Posted = null;
    }

    private void RecordAlarm(AlarmTransition transition, FunctionResult answer)
    {
        lock (gate)
            alarm ??= new AlarmFigures(transition.Alarm.Name, transition.Stream.Values, answer.Line);
    }

    // ModelMetrics posts each minute separately.
    private void RecordMinute(MetricPost post)
    {
        // The figures that the alarm is about: a watched version's failures are those requests that stable answered well.
        var figures = post.MetricData
            .Where(static data => data.Dimensions.GetValueOrDefault(ModelMetric.Model) == DemoModel.Name.Text)
            .Where(static data => data.Name is ModelMetric.Failure or ModelMetric.FailureExcess)
            .GroupBy(static data => (
                Watched: data.Dimensions[ModelMetric.Watched],
                Variant: data.Dimensions[ModelMetric.Variant],
                Version: int.Parse(data.Dimensions[ModelMetric.Version], CultureInfo.InvariantCulture)))
            .OrderByDescending(static stream => stream.Key.Watched, StringComparer.Ordinal)
            .Select(static stream => FiguresOf(
                stream.Key.Variant,
                stream.Key.Version,
                (stream.FirstOrDefault(static data => data.Name == ModelMetric.FailureExcess) ?? stream.First()).Datapoints))
            .ToList();
        if (figures.Count == 0)
            return;
        lock (gate)
            minutes.AddRange(figures);
        var parts = string.Join(
            ", ",
            figures.Select(static one => $"{one.Variant} v{one.Version} failed {one.Failed:N0} of {one.Requests:N0}"));
        terminal.Say($"[dim]{time.GetUtcNow():HH:mm:ss.fff} minute {figures.Min(static one => one.Minute):HH:mm:ss}: " +
            $"{Markup.Escape(parts)}[/]");
    }

    private static MinuteFigures FiguresOf(string variant, int version, IReadOnlyList<MetricDatapoint> points) => new(
        points.Min(static point => point.Timestamp),
        variant,
        version,
        points.Sum(static point => (long)point.Count),
        Math.Max(0, (long)Math.Round(points.Sum(static point => point.Value * point.Count))));
}
