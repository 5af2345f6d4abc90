using System.Runtime.CompilerServices;
using ModelServing.Features.Definitions;
using ModelServing.Features.Engine.Plan;
using ModelServing.Features.Events;

namespace ModelServing.Features.Engine;

/// <summary>Makes the values of features from the figures of their windows.</summary>
internal static class OutputValues
{
    private const int MostOnStack = 512;

    /// <summary>What a reader at a time learns about an entity as a whole.</summary>
    /// <param name="plan">The view.</param>
    /// <param name="newest">The time of its newest event; -1 without one.</param>
    /// <param name="time">The time of reading.</param>
    internal static FeatureStatus StatusAt(EnginePlan plan, long newest, long time)
    {
        // Before that, tiles that the window needs may have been removed.
        if (newest < 0 || time < newest - plan.ReadReach)
            return FeatureStatus.Missing;
        return time - newest > plan.TimeToLive ? FeatureStatus.Expired : FeatureStatus.Present;
    }

    internal static FeatureValue DefaultFor(OutputPlan output, FeatureStatus status) =>
        status == FeatureStatus.Expired ? output.Expired : output.Missing;

    /// <summary>The value of a window's feature.</summary>
    /// <param name="window">How it is made.</param>
    /// <param name="output">Its default, if there is no value.</param>
    /// <param name="figure">What the tiles add up to.</param>
    /// <param name="count">Of a mean: the number of values.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static FeatureValue From(WindowPlan window, OutputPlan output, in WindowFigure figure, long count)
    {
        switch (window.Aggregation)
        {
            case Aggregation.Count or Aggregation.Distinct:
                return FeatureValue.From(FeatureStatus.Present, figure.Number);
            case Aggregation.Sum:
                return FeatureValue.From(FeatureStatus.Present, ExactRatio.ToDouble(figure.Sum, window.Unit, 1));
            case Aggregation.Mean:
                return count <= 0 ? output.Missing : FeatureValue.From(
                    FeatureStatus.Present, ExactRatio.ToDouble(figure.Sum, window.Unit, count));
            default:
                if (!figure.Value.Exists)
                    return output.Missing;
                return window.IsWhole
                    ? FeatureValue.From(FeatureStatus.Present, figure.Value.Value)
                    : FeatureValue.From(FeatureStatus.Present, ExactRatio.ToDouble(figure.Value.Value, window.Unit, 1));
        }
    }

    /// <summary>Adds the ratios and expressions to the values of the windows.</summary>
    internal static void Derive(EnginePlan plan, Instant time, ReadOnlySpan<double> request, Span<FeatureValue> values)
    {
        if (!plan.HasDerived)
            return;
        var inputs = 1 + plan.Request.Length + plan.Outputs.Count;
        var numbers = inputs <= MostOnStack ? stackalloc double[inputs] : new double[inputs];
        numbers[0] = time.Microseconds;
        for (var i = 0; i < plan.Request.Length; i++)
            numbers[1 + i] = request.IsEmpty ? double.NaN : Convert(request[i], plan.Request[i]);
        for (var i = 0; i < plan.Outputs.Count; i++)
        {
            var output = plan.Outputs[i];
            if (output.Ratio is { } ratio)
                values[i] = Divide(output, values[ratio.Dividend], values[ratio.Divisor]);
            else if (output.Expression is not null)
                values[i] = Evaluate(plan, output, numbers, values);
            numbers[1 + plan.Request.Length + i] = values[i].AsDouble;
        }
    }

    private static FeatureValue Divide(OutputPlan output, FeatureValue dividend, FeatureValue divisor)
    {
        var status = Worse(dividend.Status, divisor.Status);
        return status != FeatureStatus.Present ? DefaultFor(output, status)
            : divisor.AsDouble == 0 ? output.Missing
            : FeatureValue.From(FeatureStatus.Present, dividend.AsDouble / divisor.AsDouble);
    }

    // The status is the worst of the inputs'. A value that is computed from their defaults is still a value.
    private static FeatureValue Evaluate(
        EnginePlan plan, OutputPlan output, ReadOnlySpan<double> numbers, ReadOnlySpan<FeatureValue> values)
    {
        var status = FeatureStatus.Present;
        foreach (var input in output.Inputs)
        {
            var feature = input - 1 - plan.Request.Length;
            if (feature >= 0)
                status = Worse(status, values[feature].Status);
            else if (double.IsNaN(numbers[input]))
                status = Worse(status, FeatureStatus.Missing);
        }

        var value = output.Expression!.Evaluate(numbers, default);
        return double.IsFinite(value) ? FeatureValue.From(status, value) : DefaultFor(output, status);
    }

    private static FeatureStatus Worse(FeatureStatus left, FeatureStatus right) => left > right ? left : right;

    // A request's number may come through a float, whose decimal places are not those that the client wrote.
    private static double Convert(double value, FieldType type) => type.Kind switch
    {
        FieldKind.Bool => double.IsNaN(value) ? value : value == 0 ? 0 : 1,
        FieldKind.Decimal => Math.Abs(value) * type.Unit < Instant.MaxMicroseconds ? Math.Round(value * type.Unit) / type.Unit : value,
        _ => value,
    };
}
