using System.Globalization;
using ModelServing.Registry.Safety;

namespace ModelServing.Registry.Onnx.Reading;

/// <summary>Dimensions as they stand in a file, where they can be anything.</summary>
internal sealed class TensorShape
{
    private const int Shown = 8;

    private readonly List<long> dimensions = [];
    private bool isTooLong;

    internal IReadOnlyList<long> Dimensions => dimensions;

    /// <summary>The product of the dimensions, once <see cref="IsCountable"/> was true.</summary>
    internal long Elements { get; private set; }

    /// <summary>Takes the next dimension; more than <paramref name="most"/> are not kept.</summary>
    internal void Add(long dimension, int most)
    {
        if (dimensions.Count < most)
            dimensions.Add(dimension);
        else
            isTooLong = true;
    }

    /// <summary>Whether it is a shape with a number of elements; if not, there is a finding.</summary>
    /// <param name="context">Takes the finding.</param>
    /// <param name="at">What has the shape.</param>
    /// <param name="bits">How many bits an element has; all of them have to be countable too.</param>
    /// <param name="freeDimensions">Whether -1 stands for a dimension of any length, as some exporters write it for inputs and outputs.</param>
    internal bool IsCountable(OnnxContext context, OnnxMessage at, int bits, bool freeDimensions = false)
    {
        if (isTooLong)
        {
            context.Add(FindingCode.LimitEntries, at, $"it has more than {context.Limits.Rank} dimensions");
            return false;
        }

        if (dimensions.FirstOrDefault(d => d < (freeDimensions ? -1 : 0)) is < 0 and var negative)
        {
            context.Add(FindingCode.NegativeDimension, at, $"its shape is {this}, and {negative} is no length");
            return false;
        }

        // A dimension of 0 must not hide what the others come to: who multiplies from the left overflows before it.
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

    public override string ToString() =>
        $"[{string.Join(',', dimensions.Take(Shown).Select(static d => d.ToString(CultureInfo.InvariantCulture)))}{(dimensions.Count > Shown ? ",..." : "")}]";
}
