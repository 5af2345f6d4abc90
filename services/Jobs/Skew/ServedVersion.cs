using System.Globalization;
using ModelServing.Predictions.Reading;
using ModelServing.Predictions.Records;
using ModelServing.Registry;
using ModelServing.Registry.Profiles;

namespace ModelServing.Jobs.Skew;

/// <summary>Counts the served values of a version's inputs into the bins of its training profile. What it holds is as large as the
/// profile, however many predictions there are.</summary>
internal sealed class ServedVersion
{
    private readonly Manifest manifest;
    private readonly List<Served> columns;
    private readonly List<(string Tensor, int Width, List<Served> Columns)> tensors;
    private long predictions;
    private long withoutData;

    /// <param name="manifest">The version.</param>
    /// <param name="profile">The part of a training profile that is about it.</param>
    internal ServedVersion(Manifest manifest, TrainingProfile profile)
    {
        this.manifest = manifest;
        List<string> features = [.. manifest.Features?.Columns ?? []];
        columns = [.. profile.Columns.Select(column => new Served(column, features.IndexOf(column.Name)))];
        tensors = [.. columns.GroupBy(column => column.Place < 0 ? column.Name : manifest.Features!.Input)
            .Select(group => (group.Key, group.Key == manifest.Features?.Input ? features.Count : 1, group.ToList()))];
    }

    /// <summary>Counts a prediction.</summary>
    internal void Add(PredictionRecord record)
    {
        predictions++;
        var isMissing = false;
        foreach (var (name, width, served) in tensors)
        {
            if (record.Inputs.FirstOrDefault(input => input.Name == name) is not { Omitted.Length: 0 } tensor
                || tensor.Shape.Skip(1).Any(length => length != width)
                || RecordedElements.Decode(tensor) is not { } elements || elements is string[])
            {
                isMissing = true;
                continue;
            }

            foreach (var column in served)
                column.Add(elements, width);
        }

        withoutData += isMissing ? 1 : 0;
        foreach (var view in record.Views)
        {
            var defaults = view.Statuses.Count(static status => status != RecordedStatus.Present);
            foreach (var column in columns)
                column.AddDefaults(view.View, defaults);
        }
    }

    internal VersionSkew ToSkew() => new(
        manifest.Version.Number,
        predictions,
        withoutData,
        [.. columns.Select(static column => column.ToSkew()).OrderByDescending(static column => column.Psi ?? -1)],
        [.. (manifest.Features?.Columns ?? []).Concat(manifest.Inputs.Select(static input => input.Name)
                .Where(name => name != manifest.Features?.Input))
            .Distinct().Where(name => columns.All(column => column.Name != name))]);

    private sealed class Served(ColumnProfile profile, int place)
    {
        private readonly ColumnBins bins = new(profile);
        private readonly long[] counts = new long[profile.Counts.Count + 1];
        private readonly string? view = ModelFeatures.Split(profile.Name)?.View;
        private long defaults;

        internal string Name => profile.Name;

        /// <summary>The column of the features; -1 for an input of its own.</summary>
        internal int Place => place;

        internal void Add(Array elements, int width)
        {
            for (var i = Math.Max(0, place); i < elements.Length; i += width)
                counts[bins.Find(NumberAt(elements, i))]++;
        }

        internal void AddDefaults(string ofView, int count)
        {
            if (view == ofView && place >= 0)
                defaults += count;
        }

        internal ColumnSkew ToSkew() => new(profile, counts, defaults);

        private static double NumberAt(Array elements, int index) => elements switch
        {
            float[] floats => floats[index],
            double[] doubles => doubles[index],
            long[] wholes => wholes[index],
            bool[] flags => flags[index] ? 1 : 0,
            _ => Convert.ToDouble(elements.GetValue(index), CultureInfo.InvariantCulture),
        };
    }
}
