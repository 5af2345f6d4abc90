namespace ModelServing.Registry.Onnx.Values;

/// <summary>A value of a graph: an input, an initializer, or an output of a node. Values that must have the same element type form a
/// class.</summary>
internal sealed class GraphValue
{
    private GraphValue? joined;
    private ElementKinds declared;
    private ElementKinds passed;

    /// <summary>The node that makes it; null if none does.</summary>
    internal NodeCall? Producer { get; private set; }

    /// <summary>Its place among the producer's outputs.</summary>
    internal int Output { get; private set; }

    /// <summary>What is known about an initializer; null for any other value.</summary>
    internal NumberBounds? Constant { get; private set; }

    internal bool IsInput { get; set; }

    /// <summary>Whether it is an input that an outer graph sets, even if there is an initializer of its name.</summary>
    internal bool IsFree { get; set; }

    /// <summary>The value of an outer graph that it is; null if it belongs to its own graph.</summary>
    internal GraphValue? Outer { get; private set; }

    internal bool IsDefined => Producer is not null || Constant is not null || IsInput;

    /// <summary>What was found out about its elements; null if that was not needed yet.</summary>
    internal NumberBounds? Bounds { get; set; }

    /// <summary>The element types of its class: those that the file says, or else those that calls of the function pass.</summary>
    internal ElementKinds Kinds => Root is var root && root.declared != ElementKinds.None ? root.declared : root.passed;

    private GraphValue Root
    {
        get
        {
            var root = this;
            while (root.joined is { } next)
                root = next;
            // So that the next look is short.
            for (var at = this; at.joined is { } next; at = next)
                at.joined = root;
            return root;
        }
    }

    internal void Declare(ElementKinds kinds) => Root.declared |= kinds;

    /// <summary>Adds types that a call passes; false if they are known already.</summary>
    internal bool Pass(ElementKinds kinds)
    {
        var root = Root;
        var before = root.passed;
        root.passed |= kinds;
        return root.passed != before;
    }

    internal void Join(GraphValue other)
    {
        var (a, b) = (Root, other.Root);
        if (a == b)
            return;
        a.declared |= b.declared;
        a.passed |= b.passed;
        b.joined = a;
    }

    internal void SetProducer(NodeCall producer, int output) => (Producer, Output) = (producer, output);

    // A name that occurs twice is refused by the runtime. Until then, both must hold.
    internal void SetConstant(NumberBounds bounds) => Constant = (Constant ?? NumberBounds.All) & bounds;

    internal void SetOuter(GraphValue outer)
    {
        Outer = outer;
        Join(outer);
    }
}
