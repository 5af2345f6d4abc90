namespace ModelServing.Registry.Onnx.Values;

/// <summary>Finds what is known about the elements of a value, from the nodes that make it.</summary>
internal static class BoundsRules
{
    // Deeper, nothing is known. Real divisors are a few nodes away from what bounds them.
    private const int MostSteps = 40;

    // The output has only elements of the first input.
    private static readonly HashSet<string> Moving = new(
        """
        Compress DepthToSpace Dropout Expand Flatten Gather GatherElements GatherND Identity ReduceMin Reshape ReverseSequence Slice
        SpaceToDepth Split Squeeze Tile Transpose Unsqueeze
        """.Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries), StringComparer.Ordinal);

    internal static NumberBounds Find(GraphValue? value, int steps = 0)
    {
        if (value is null || steps > MostSteps)
            return NumberBounds.None;
        if (value.Bounds is { } known)
            return known;
        // If it depends on itself, which the runtime refuses, nothing is known.
        value.Bounds = NumberBounds.None;
        var found = value.Outer is { } outer
            ? Find(outer, steps + 1)
            : FindOwn(value, steps + 1);
        value.Bounds = found;
        return found;
    }

    private static NumberBounds FindOwn(GraphValue value, int steps)
    {
        if (value.Constant is { } constant)
            return value.Producer is null && !value.IsFree ? constant : NumberBounds.None;
        if (value.Producer is not { IsOperator: true, Domain: "" } call || value.IsInput)
            return NumberBounds.None;
        if (Moving.Contains(call.Operation))
            return Find(call.Input(0), steps);
        return call.Operation switch
        {
            "Constant" or "ConstantOfShape" => call.Constant,
            "Shape" or "Size" or "NonZero" or "ArgMax" or "ArgMin" or "NonMaxSuppression" or "Relu" => NumberBounds.AtLeastZero,
            "TopK" or "Unique" => value.Output == 0 ? Find(call.Input(0), steps) : NumberBounds.AtLeastZero,
            "Concat" or "Min" => Every(call.Inputs, steps),
            "Where" => Find(call.Input(1), steps) & Find(call.Input(2), steps),
            "Max" => Highest(call.Inputs, steps),
            "BitwiseAnd" => Some(call.Inputs, steps, NumberBounds.AtLeastZero),
            // Its upper limit wins.
            "Clip" => Lower(call, steps) & Upper(call, steps) & NumberBounds.AtLeastZero,
            // The lowest number has no positive one, and is its own absolute value.
            "Abs" => Has(Find(call.Input(0), steps), NumberBounds.NotLowest) ? NumberBounds.AtLeastZero : NumberBounds.NotMinusOne,
            // 5 / -5 is -1, although neither is.
            "Div" => IsAtLeastZero(call.Input(0), steps) && IsAtLeastZero(call.Input(1), steps)
                ? NumberBounds.AtLeastZero
                : Find(call.Input(0), steps) & NumberBounds.NotLowest,
            // The remainder has the divisor's sign and is closer to zero.
            "Mod" when !call.IsFmod => IsAtLeastZero(call.Input(1), steps) ? NumberBounds.AtLeastZero : NumberBounds.NotLowest,
            "Cast" => Cast(call, steps),
            _ => NumberBounds.None,
        };
    }

    private static NumberBounds Cast(NodeCall call, int steps)
    {
        var bounds = Find(call.Input(0), steps);
        return (call.Input(0)?.Kinds, call.Kind) switch
        {
            (ElementKinds.Int64, ElementKinds.Int64) or (ElementKinds.Int32, ElementKinds.Int32) => bounds,
            (ElementKinds.Int32, ElementKinds.Int64) => bounds | NumberBounds.NotLowest | NumberBounds.Fits32Bits,
            (ElementKinds.Int64, ElementKinds.Int32) when Has(bounds, NumberBounds.Fits32Bits) => bounds,
            _ => NumberBounds.None,
        };
    }

    // An input that is at least zero makes the greatest one so.
    private static NumberBounds Highest(GraphValue?[] inputs, int steps) =>
        Every(inputs, steps) | Some(inputs, steps, NumberBounds.AtLeastZero) | Some(inputs, steps, NumberBounds.NotLowest);

    private static NumberBounds Lower(NodeCall call, int steps) =>
        call.Input(1) is { } lower ? Highest([call.Input(0), lower], steps) : Find(call.Input(0), steps);

    private static NumberBounds Upper(NodeCall call, int steps) =>
        call.Input(2) is { } upper ? Find(upper, steps) : NumberBounds.AtLeastZero;

    private static NumberBounds Every(GraphValue?[] inputs, int steps) =>
        inputs.Aggregate(NumberBounds.All, (all, input) => all & Find(input, steps));

    private static NumberBounds Some(GraphValue?[] inputs, int steps, NumberBounds wanted) =>
        Array.Exists(inputs, input => Has(Find(input, steps), wanted)) ? wanted : NumberBounds.None;

    private static bool IsAtLeastZero(GraphValue? value, int steps) => Has(Find(value, steps), NumberBounds.AtLeastZero);

    internal static bool Has(NumberBounds bounds, NumberBounds wanted) => (bounds & wanted) == wanted;
}
