using ModelServing.Registry.Onnx.Reading;

namespace ModelServing.Registry.Onnx.Values;

/// <summary>A node, with what its attributes say about its outputs.</summary>
/// <param name="Domain">Its domain, empty for that of ONNX itself.</param>
/// <param name="Operation">Its operator or function.</param>
/// <param name="Inputs">Its inputs; null where one is left out.</param>
/// <param name="Outputs">Its outputs; null where one is left out.</param>
internal sealed record NodeCall(string Domain, string Operation, GraphValue?[] Inputs, GraphValue?[] Outputs)
{
    /// <summary>The node itself; null if it is not a division.</summary>
    internal NodeMessage? Node { get; set; }

    /// <summary>Whether it divides integers if it has them.</summary>
    internal bool IsDivision => Domain.Length == 0 && Operation is "Div" or "Mod" && !IsFmod;

    /// <summary>The element type that an attribute gives to the output; <see cref="ElementKinds.None"/> if none does.</summary>
    internal ElementKinds Kind { get; init; }

    /// <summary>What is known about a constant output.</summary>
    internal NumberBounds Constant { get; init; }

    /// <summary>Whether Mod is that of the C library, which is not a division of integers.</summary>
    internal bool IsFmod { get; init; }

    internal IReadOnlyList<ValueScope> Bodies { get; init; } = [];

    /// <summary>Whether it is an operator of ONNX itself, and not a function of the model with such a name.</summary>
    internal bool IsOperator { get; set; }

    internal GraphValue? Input(int index) => index < Inputs.Length ? Inputs[index] : null;

    internal GraphValue? Output(int index) => index < Outputs.Length ? Outputs[index] : null;
}
