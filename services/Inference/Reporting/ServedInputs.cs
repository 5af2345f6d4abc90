using System.Numerics;
using Microsoft.ML.OnnxRuntime;
using ModelServing.Cache.Reports;
using ModelServing.Inference.Features;
using ModelServing.Inference.Models;
using ModelServing.Inference.Protocol;
using ModelServing.Registry;
using ModelServing.Registry.Profiles;

namespace ModelServing.Inference.Reporting;

/// <summary>Counts the values of a version's inputs into the bins of its training profile, for about an hour. What it holds is as large as
/// the profile, however many requests there are.</summary>
/// <remarks>An input that depends on the time alone, as in <c>hour(time) &lt;= 6</c>, is not counted: each hour differs from all hours
/// together. Texts, and inputs with several elements in each row, are not in profiles.</remarks>
internal sealed class ServedInputs
{
    private readonly Column[] columns;
    private readonly CountWindow window;

    private ServedInputs(Column[] columns)
    {
        this.columns = columns;
        window = new CountWindow(Read());
    }

    /// <summary>Prepares to count a model's inputs; null if it was published without a profile of them.</summary>
    internal static ServedInputs? Create(LoadedModel model)
    {
        Column[] columns = [.. (model.Manifest.Profile?.Columns ?? []).Select(profile => Find(model, profile)).OfType<Column>()];
        return columns.Length > 0 ? new ServedInputs(columns) : null;
    }

    /// <summary>Counts the rows of a request.</summary>
    internal void Add(InferRequest request)
    {
        foreach (var column in columns)
        {
            if (column.Place < 0)
                column.Count(request.Inputs[column.Input], 1);
            else if (request.Features is { } features)
                column.Count(features.Tensor, (int)features.Tensor.Shape[1]);
        }
    }

    /// <summary>The counts of about an hour until now. Only the reporter calls it.</summary>
    /// <param name="minute">The number of the minute that ends.</param>
    internal InputReport Report(long minute)
    {
        var counts = window.Take(minute, Read());
        return new InputReport([.. columns.Select((column, index) =>
            new InputCounts(column.Profile.Name, column.Profile.ToBins(), counts[index]))]);
    }

    private long[][] Read() => Array.ConvertAll(columns, static column => column.Read());

    private static Column? Find(LoadedModel model, ColumnProfile profile)
    {
        if (model.Features is { } plan && IndexOf(model.Manifest.Features!.Columns, profile.Name) is >= 0 and var place)
        {
            return IsOfTimeAlone(plan, plan.Columns[place]) ? null : new Column(profile, plan.Target.Datatype) { Place = place };
        }

        var input = IndexOf([.. model.RequestInputs.Select(static spec => spec.Name)], profile.Name);
        return input < 0 || model.RequestInputs[input].IsText
            ? null
            : new Column(profile, model.RequestInputs[input].Datatype) { Input = input };
    }

    private static int IndexOf(IReadOnlyList<string> names, string name) => names.ToList().IndexOf(name);

    private static bool IsOfTimeAlone(FeaturePlan plan, FeatureColumn column) =>
        column.View >= 0 && plan.Views[column.View].Store.Engine is var engine
        && engine.Definition.IsOfTimeAlone(engine.Outputs[column.Index].Name);

    private sealed class Column(ColumnProfile profile, Datatype datatype)
    {
        private readonly ColumnBins bins = new(profile);
        private readonly long[] counts = new long[profile.Counts.Count + 1];

        internal ColumnProfile Profile => profile;

        /// <summary>The column of the features; -1 for an input of its own.</summary>
        internal int Place { get; init; } = -1;

        /// <summary>The index of an input of its own.</summary>
        internal int Input { get; init; }

        internal long[] Read()
        {
            var read = new long[counts.Length];
            for (var bin = 0; bin < read.Length; bin++)
                read[bin] = Interlocked.Read(ref counts[bin]);
            return read;
        }

        internal void Count(RuntimeTensor tensor, int width)
        {
            if (tensor.Shape.Length == 0 || tensor.Count != tensor.Shape[0] * width)
                return;
            switch (datatype)
            {
                case Datatype.Fp32:
                    Count<float>(tensor, width);
                    break;
                case Datatype.Fp64:
                    Count<double>(tensor, width);
                    break;
                case Datatype.Int64:
                    Count<long>(tensor, width);
                    break;
                case Datatype.Int32:
                    Count<int>(tensor, width);
                    break;
                case Datatype.Int16:
                    Count<short>(tensor, width);
                    break;
                case Datatype.Int8:
                    Count<sbyte>(tensor, width);
                    break;
                case Datatype.Uint64:
                    Count<ulong>(tensor, width);
                    break;
                case Datatype.Uint32:
                    Count<uint>(tensor, width);
                    break;
                case Datatype.Uint16:
                    Count<ushort>(tensor, width);
                    break;
                case Datatype.Uint8 or Datatype.Bool:
                    Count<byte>(tensor, width);
                    break;
                case Datatype.Fp16:
                    Count<Half>(tensor, width);
                    break;
                case Datatype.Bf16:
                    CountBf16(tensor, width);
                    break;
                default:
                    break;
            }
        }

        private void Count<T>(RuntimeTensor tensor, int width)
            where T : unmanaged, INumberBase<T>
        {
            var elements = tensor.Elements<T>();
            for (var i = Math.Max(0, Place); i < elements.Length; i += width)
                Interlocked.Increment(ref counts[bins.Find(double.CreateSaturating(elements[i]))]);
        }

        private void CountBf16(RuntimeTensor tensor, int width)
        {
            var elements = tensor.Elements<BFloat16>();
            for (var i = Math.Max(0, Place); i < elements.Length; i += width)
                Interlocked.Increment(ref counts[bins.Find(Bf16Element.ToSingle(elements[i]))]);
        }
    }
}
