using System.Globalization;
using ModelServing.Contracts.Experiments;
using ModelServing.Predictions.Records;

namespace ModelServing.Jobs.Experiments;

/// <summary>What the metrics need of a prediction: a column for each output and input, and a number for each text of an outcome.</summary>
internal sealed class MetricColumns
{
    private readonly List<string> outputs;
    private readonly List<string> inputs;
    private readonly List<string> texts;
    private readonly List<(TensorElement Element, bool IsOutput)> elements;

    internal MetricColumns(IReadOnlyList<ExperimentMetric> metrics)
    {
        outputs = [.. metrics.Select(static metric => metric.Output).OfType<string>().Distinct()];
        inputs = [.. metrics.Select(static metric => metric.MissedInput).OfType<string>().Distinct()];
        texts = [.. metrics.Select(static metric => metric.Outcome?.Text).OfType<string>().Distinct()];
        elements =
        [
            .. outputs.Select(static text => (new TensorElement(text), true)),
            .. inputs.Select(static text => (new TensorElement(text), false)),
        ];
    }

    /// <summary>The names of the columns.</summary>
    internal IEnumerable<string> Names => outputs.Select(Output).Concat(inputs.Select(Input));

    internal string Output(string text) => Name('o', outputs.IndexOf(text));

    internal string Input(string text) => Name('i', inputs.IndexOf(text));

    /// <summary>The number of an outcome's text; -1 for one that no metric counts.</summary>
    internal int Text(string text) => texts.IndexOf(text);

    /// <summary>The values of a record, in the order of the columns.</summary>
    internal IEnumerable<double?> ValuesOf(PredictionRecord record) => elements.Select(
        column => column.Element.Find(column.IsOutput ? record.Outputs : record.Inputs));

    private static string Name(char kind, int index) => string.Create(CultureInfo.InvariantCulture, $"{kind}{index}");
}
