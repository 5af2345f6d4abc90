using ModelServing.Features;
using ModelServing.Features.Definitions;
using ModelServing.Features.Engine;
using ModelServing.Features.Events;
using ModelServing.Registry;
using ModelServing.Sample;
using ModelServing.Sample.Simulation;
using ModelServing.Settings.Views;

namespace ModelServing.TestKit.Sample;

/// <summary>The sample's payments with their features: replays the sample's events through the engine, as the feature server
/// does.</summary>
public sealed class SampleReplay
{
    private readonly List<(FeatureEngine Engine, Dictionary<EntityKey, EntityState> States)> views =
        [.. SampleFeatures.Views.Select(static view => (new FeatureEngine(Definition(view)), new Dictionary<EntityKey, EntityState>()))];

    private readonly List<(int View, int Output)> columns;
    private long sequence;

    private SampleReplay() => columns = [.. SampleFeatures.Columns.Select(Find)];

    /// <summary>A view of the sample.</summary>
    public static ViewDefinition Definition(string view)
    {
        var (definition, faults) = ViewFile.Parse(File.ReadAllText(SampleFeatures.PathOf(view)));
        return definition ?? throw new InvalidDataException(string.Join('\n', faults.Select(fault => fault.ToLine(view))));
    }

    /// <summary>The first payments of the evaluation period, with their features.</summary>
    public static IReadOnlyList<SampleRow> Rows(int count = SampleTraffic.DemoRows)
    {
        var transactions = CardSimulator.Run(SampleDataset.Settings);
        var rows = transactions.During(SampleDataset.Evaluation).Take(count).ToList();
        var needed = new Period(SampleDataset.History.First, rows.Count == 0 ? SampleDataset.History.Last : rows[^1].Day);
        return Rows(SampleEvents.From(transactions.During(needed)), rows);
    }

    /// <summary>Payments in the order of time, each with the features that were known at its time.</summary>
    /// <param name="events">The events, in the order in which they become known.</param>
    /// <param name="rows">The payments.</param>
    public static IReadOnlyList<SampleRow> Rows(IEnumerable<SampleEvent> events, IReadOnlyList<Transaction> rows)
    {
        ArgumentNullException.ThrowIfNull(events);
        ArgumentNullException.ThrowIfNull(rows);
        var replay = new SampleReplay();
        var result = new List<SampleRow>(rows.Count);
        using var next = events.GetEnumerator();
        var isMore = next.MoveNext();
        foreach (var row in rows)
        {
            for (; isMore && next.Current.KnownTime <= row.Time; isMore = next.MoveNext())
                replay.Apply(ToEvent(next.Current));
            result.Add(new SampleRow(row, replay.Read(row)));
        }

        return result;
    }

    private static FeatureEvent ToEvent(SampleEvent one)
    {
        List<EventField> fields =
        [
            new(SampleFeatures.CardId, FieldValue.FromInt64(one.CardId)),
            new(SampleFeatures.TerminalId, FieldValue.FromInt64(one.TerminalId)),
        ];
        if (one.Cents is { } cents)
            fields.Add(new EventField(SampleFeatures.Amount, FieldValue.FromDecimal(cents, 2)));
        return new FeatureEvent
        {
            Source = one.Source,
            Id = one.Id,
            Time = Instant.From(one.Time),
            KnownTime = Instant.From(one.KnownTime),
            Fields = fields,
        };
    }

    private (int View, int Output) Find(string column)
    {
        if (ModelFeatures.Split(column) is not { } name)
            return (-1, 0);
        var view = views.FindIndex(view => view.Engine.Definition.View.Text == name.View);
        return (view, views[view].Engine.Outputs.Select(static output => output.Name).ToList().IndexOf(name.Feature));
    }

    private void Apply(FeatureEvent one)
    {
        sequence++;
        foreach (var (engine, states) in views)
        {
            if (!engine.TryFindEntity(one, out var entity))
                continue;
            if (!states.TryGetValue(entity, out var state))
                states.Add(entity, state = engine.CreateState());
            if (engine.Apply(state, one, sequence) is var outcome and not ApplyOutcome.Applied)
                throw new InvalidDataException($"{one.Source} {one.Id} is {outcome} for {engine.Definition.Id}");
        }
    }

    private float[] Read(Transaction row)
    {
        var amount = row.Cents / 100.0;
        var values = views.ConvertAll(view =>
        {
            var (engine, states) = view;
            var key = engine.Definition.Entity[0].Name == SampleFeatures.CardId ? row.CustomerId : row.TerminalId;
            var outputs = new FeatureValue[engine.Outputs.Count];
            engine.Finalise(
                states.GetValueOrDefault(EntityKey.From(FieldValue.FromInt64(key))),
                Instant.From(row.Time),
                [.. engine.Definition.Request.Select(_ => amount)],
                outputs);
            return outputs;
        });
        return [.. columns.Select(column => column.View < 0 ? (float)amount : (float)values[column.View][column.Output].AsDouble)];
    }
}
