using ModelServing.Sample;
using ModelServing.Sample.Simulation;

namespace ModelServing.Trainer;

/// <summary>Writes the simulated world as a user's own data would be: the events, and the rows of the training table.</summary>
internal static class DataFiles
{
    internal const string Events = "events.jsonl";

    internal const string Rows = "rows.csv";

    /// <summary>Writes both files, replacing older ones. The same settings give the same bytes.</summary>
    /// <returns>The number of events and of rows.</returns>
    internal static (int Events, int Rows) Write(string folder, SimulatorSettings settings)
    {
        var world = CardSimulator.Run(settings);
        var events = SampleEvents.From(world);
        var rows = world.Where(static one => SampleDataset.Training.Contains(one.Day) || SampleDataset.Evaluation.Contains(one.Day))
            .ToList();
        Directory.CreateDirectory(folder);
        using (var stream = File.Create(Path.Combine(folder, Events)))
            SampleEvents.WriteEvents(stream, events);
        using (var writer = File.CreateText(Path.Combine(folder, Rows)))
            SampleEvents.WriteRows(writer, rows);
        return (events.Count, rows.Count);
    }
}
