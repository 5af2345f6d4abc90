using ModelServing.Registry;
using ModelServing.Registry.Onnx;
using ModelServing.Registry.Safety;
using static ModelServing.TestKit.SomeUnsafeOnnx;
using Attribute = ModelServing.Registry.Onnx.AttributeProto;

namespace ModelServing.TestKit;

/// <summary>Models with operators and functions that must not reach the runtime.</summary>
internal static class UnsafeOperators
{
    internal static IEnumerable<UnsafeOnnx> All() => [.. Operators(), .. Functions()];

    private static IEnumerable<UnsafeOnnx> Operators()
    {
        foreach (var domain in (string[])[
            "ai.onnx.contrib",
            "com.microsoft.extensions",
            "com.microsoft.experimental",
            "com.microsoft.nchwc",
            "org.pytorch.aten",
            "trt.plugins",
            "AI.ONNX",
            "ai.onnx.",
            "custom",
        ])
            yield return new(
                $"an operator of {domain}",
                FindingCode.OperatorDomain,
                "graph.node[0] 'n' MatMul",
                Changed(m => Named(m).Domain = domain));
        yield return new(
            "a division of any integers",
            FindingCode.IntegerDivision,
            "graph.node[0] Div",
            SomeOnnx.Model(
                [SomeOnnx.Value("a", Datatype.Int64, [-1]), SomeOnnx.Value("b", Datatype.Int64, [-1])],
                [SomeOnnx.Value("y", Datatype.Int64, [-1])],
                SomeOnnx.Node("Div", ["a", "b"], ["y"])));
        yield return new(
            "an operator in a body",
            FindingCode.OperatorDomain,
            "graph.node[0] 'n' MatMul.attribute 'a'.g.node[0] PyOp",
            Changed(m => Named(m).Attribute.Add(new Attribute
            {
                Name = "a",
                G = new GraphProto { Node = { new NodeProto { OpType = "PyOp", Domain = "ai.onnx.contrib" } } },
            })));
        yield return new(
            "an operator in a function",
            FindingCode.OperatorDomain,
            "function[0] 'f'.node[0] PyOp",
            Changed(m => m.Functions.Add(Function("f", new NodeProto { OpType = "PyOp", Domain = "ai.onnx.contrib" }))));
        yield return new("a function in that domain with another name", FindingCode.OperatorDomain, "graph.node[0] 'n' MatMul", Changed(m =>
        {
            Named(m).Domain = "own";
            m.Functions.Add(Function("other", new NodeProto { OpType = "Relu" }));
        }));
        yield return new(
            "an engine's context",
            FindingCode.EngineContext,
            "graph.node[0] 'n' EPContext",
            Changed(m => Engine(m, "EPContext", "com.microsoft")));
        yield return new(
            "an engine's context without a domain",
            FindingCode.EngineContext,
            "graph.node[0] 'n' EPContext",
            Changed(m => Engine(m, "EPContext", "")));
        yield return new(
            "an engine's context of another kind",
            FindingCode.EngineContext,
            "graph.node[0] 'n' Snpe",
            Changed(m => Engine(m, "Snpe", "com.microsoft")));
        yield return new(
            "an engine's context in a function",
            FindingCode.EngineContext,
            "function[0] 'f'.node[0] EPContext",
            Changed(m => m.Functions.Add(Function("f", new NodeProto { OpType = "EPContext", Domain = "com.microsoft" }))));

        static void Engine(ModelProto model, string operation, string domain)
        {
            Named(model).OpType = operation;
            Named(model).Domain = domain;
        }
    }

    private static IEnumerable<UnsafeOnnx> Functions()
    {
        yield return new(
            "a function that calls itself",
            FindingCode.FunctionRecursion,
            "function[0] 'f'",
            Changed(m => m.Functions.Add(Function("f", Call("f")))));
        yield return new(
            "functions that call each other",
            FindingCode.FunctionRecursion,
            "function[",
            Changed(m => m.Functions.Add([Function("f", Call("g")), Function("g", Call("h")), Function("h", Call("f"))])));
        // Each calls the next twice: 2 to the 30th nodes.
        yield return new("functions that double", FindingCode.FunctionExpansion, "model.onnx", Changed(m =>
        {
            m.Graph.Node.Add(Call("f0"));
            for (var i = 0; i < 30; i++)
                m.Functions.Add(Function($"f{i}", Call($"f{i + 1}"), Call($"f{i + 1}")));
            m.Functions.Add(Function("f30", new NodeProto { OpType = "Relu" }));
        }));
    }

    private static NodeProto Call(string function) => new() { OpType = function, Domain = "own" };
}
