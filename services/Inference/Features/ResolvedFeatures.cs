using ModelServing.Inference.Models;
using ModelServing.Predictions.Records;

namespace ModelServing.Inference.Features;

/// <summary>The features of a request, and where they come from. It owns the tensor.</summary>
/// <param name="plan">The model's plan.</param>
/// <param name="tensor">The features: rows by columns.</param>
/// <param name="rows">The number of rows.</param>
internal sealed class ResolvedFeatures(FeaturePlan plan, RuntimeTensor tensor, int rows) : IDisposable
{
    private readonly long[] sequences = new long[plan.Views.Length * rows];
    private readonly RecordedStatus[] statuses = new RecordedStatus[plan.Views.Length * rows];

    /// <summary>The features; zeros once <see cref="Clear"/> was called.</summary>
    internal RuntimeTensor Tensor { get; private set; } = tensor;

    /// <summary>The sequence in the event log that was read for each row; 0 without a state.</summary>
    internal Span<long> Sequences(int view) => sequences.AsSpan(view * rows, rows);

    internal Span<RecordedStatus> Statuses(int view) => statuses.AsSpan(view * rows, rows);

    /// <summary>The views with defaults, each with the worst reason, as in <c>card-activity=missing,terminal-risk=unavailable</c>; null if
    /// all features come from events.</summary>
    internal string? Defaults()
    {
        string? text = null;
        for (var view = 0; view < plan.Views.Length; view++)
        {
            var worst = RecordedStatus.Present;
            foreach (var status in Statuses(view))
                worst = status > worst ? status : worst;
            if (worst == RecordedStatus.Present)
                continue;
            var one = $"{plan.Views[view].Id.View}={NameOf(worst)}";
            text = text is null ? one : $"{text},{one}";
        }

        return text;
    }

    internal static string NameOf(RecordedStatus status) => status switch
    {
        RecordedStatus.Present => "present",
        RecordedStatus.Missing => "missing",
        RecordedStatus.Expired => "expired",
        _ => "unavailable",
    };

    /// <summary>Replaces the features by zeros.</summary>
    internal void Clear()
    {
        var shape = Tensor.Shape;
        Tensor.Dispose();
        Tensor = plan.Target.Format.Create(shape);
    }

    public void Dispose() => Tensor.Dispose();
}
