using System.Globalization;
using ModelServing.Registry.Safety;

namespace ModelServing.Registry.Onnx.Reading;

/// <summary>A tensor's dimensions as the file has them: they can be anything.</summary>
internal sealed class TensorShape
{
    private const int MaxPrinted = 8;

    private readonly List<long> dimensions = [];
    private bool isTooLong;

    internal IReadOnlyList<long> Dimensions => dimensions;

    /// <summary>The product of the dimensions, after <see cref="TryCountElements"/> has returned true.</summary>
    internal long Elements { get; private set; }

    public override string ToString()
    {
        var printed = string.Join(',', dimensions.Take(MaxPrinted).Select(static d => d.ToString(CultureInfo.InvariantCulture)));
        return $"[{printed}{(dimensions.Count > MaxPrinted ? ",..." : "")}]";
    }

    /// <summary>Adds the next dimension; at most <paramref name="maximum"/> are kept.</summary>
    internal void Add(long dimension, int maximum)
    {
        if (dimensions.Count < maximum)
            dimensions.Add(dimension);
        else
            isTooLong = true;
    }

    /// <summary>Counts the elements. If the shape is not valid, returns false and adds a finding.</summary>
    /// <param name="context">The receiver of the finding.</param>
    /// <param name="at">The message that has the shape.</param>
    /// <param name="bits">The number of bits of an element. The total number of bits must also fit into 63 bits.</param>
    /// <param name="freeDimensions">Whether -1 is a dimension of any length, as some exporters write it for inputs and outputs.</param>
    internal bool TryCountElements(OnnxContext context, OnnxMessage at, int bits, bool freeDimensions = false)
    {
        if (isTooLong)
        {
            context.Add(FindingCode.LimitEntries, at, $"it has more than {context.Limits.Rank} dimensions");
            return false;
        }

        if (dimensions.FirstOrDefault(d => d < (freeDimensions ? -1 : 0)) is < 0 and var negative)
        {
            context.Add(FindingCode.NegativeDimension, at, $"its shape is {this}, but {negative} is not a length");
            return false;
        }

        // A dimension of 0 must not hide an overflow: a program that multiplies from the left overflows before it gets to the 0.
        long product = 1;
        foreach (var dimension in dimensions)
        {
            if (dimension > 0 && dimension > long.MaxValue / bits / product)
            {
                context.Add(FindingCode.ShapeOverflow, at, $"its shape is {this}, which has more elements than can be counted");
                return false;
            }

            product *= dimension > 0 ? dimension : 1;
        }

        Elements = dimensions.Contains(0) ? 0 : product;
        return true;
    }
}
