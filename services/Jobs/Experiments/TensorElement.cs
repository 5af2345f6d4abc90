using System.Globalization;
using ModelServing.Predictions.Reading;
using ModelServing.Predictions.Records;

namespace ModelServing.Jobs.Experiments;

/// <summary>One number of a recorded tensor, as in <c>amount</c> or <c>probabilities[1]</c>.</summary>
internal sealed record TensorElement
{
    private readonly string name;
    private readonly int? index;

    internal TensorElement(string text)
    {
        var open = text.EndsWith(']') ? text.LastIndexOf('[') : -1;
        name = open < 0 ? text : text[..open];
        index = open < 0 ? null : int.Parse(text.AsSpan(open + 1, text.Length - open - 2), NumberStyles.None, CultureInfo.InvariantCulture);
    }

    /// <summary>The number; null if the record does not have it, or has it for several rows.</summary>
    internal double? Find(IEnumerable<RecordedTensor> tensors)
    {
        if (tensors.FirstOrDefault(tensor => tensor.Name == name) is not { Omitted.Length: 0 } tensor
            || RecordedElements.Decode(tensor) is not { } elements || elements is string[])
            return null;
        // The first dimension of a tensor with an index is the rows.
        var isOneRow = index is null ? elements.Length == 1 : tensor.Shape.Count < 2 || tensor.Shape[0] == 1;
        if (!isOneRow || (index ?? 0) >= elements.Length)
            return null;
        var value = elements.GetValue(index ?? 0) is bool flag
            ? flag ? 1 : 0
            : Convert.ToDouble(elements.GetValue(index ?? 0), CultureInfo.InvariantCulture);
        return double.IsFinite(value) ? value : null;
    }
}
