using ModelServing.Registry.Onnx.Reading;
using ModelServing.Registry.Safety;

namespace ModelServing.Registry.Onnx.Values;

/// <summary>
/// Finds the divisions of signed integers that may be the lowest number by -1. The processor traps there, which ends the process: ONNX
/// Runtime checks for 0 and not for this. So the elements of such a division must be bounded in the model itself.
/// </summary>
internal sealed class IntegerDivisions
{
    // More functions that call each other are not followed. Then the types in them count as unknown.
    private const int MostRounds = 100;

    private readonly List<ValueScope> scopes = [];
    private readonly List<FunctionMessage> functions = [];

    internal ValueScope Begin(ValueScope? outer)
    {
        var scope = new ValueScope(outer);
        scopes.Add(scope);
        return scope;
    }

    /// <summary>Records a function that the model defines.</summary>
    internal void Define(FunctionMessage function) => functions.Add(function);

    /// <summary>Checks all divisions, when the whole file is known.</summary>
    internal void Check(OnnxContext context)
    {
        if (!scopes.Exists(static scope => scope.Calls.Exists(static call => call.IsDivision)))
            return;
        var defined = functions.ToLookup(static f => (OperatorRules.Canonical(f.Domain), f.FunctionName));
        foreach (var scope in scopes)
            scope.Resolve();
        var calls = new List<(NodeCall Call, FunctionMessage Function)>();
        foreach (var call in scopes.SelectMany(static scope => scope.Calls))
        {
            call.IsOperator = !defined.Contains((call.Domain, call.Operation));
            if (call.IsOperator)
                ElementRules.Apply(call);
            calls.AddRange(defined[(call.Domain, call.Operation)].Select(function => (call, function)));
        }

        PassTypes(calls);
        var called = calls.Select(static call => call.Function).ToHashSet();
        foreach (var call in scopes.SelectMany(static scope => scope.Calls))
        {
            if (call.Node is { } node && (node.Function is null || called.Contains(node.Function)))
                Check(call, node, context);
        }
    }

    // A function's inputs have the types that its calls pass, and a call's outputs have those of the function.
    private static void PassTypes(List<(NodeCall Call, FunctionMessage Function)> calls)
    {
        for (var isUnknown = false; ; isUnknown = true)
        {
            var rounds = 0;
            var changes = true;
            while (changes && rounds++ < MostRounds)
            {
                changes = false;
                foreach (var (call, function) in calls)
                {
                    for (var i = 0; i < function.Scope.Inputs.Count && i < call.Inputs.Length; i++)
                        changes |= Pass(call.Inputs[i], function.Scope.Inputs[i], isUnknown);
                    for (var i = 0; i < function.Scope.Outputs.Count && i < call.Outputs.Length; i++)
                        changes |= Pass(function.Scope.Outputs[i], call.Outputs[i], isUnknown);
                }
            }

            if (isUnknown)
                return;
            // They may have more types than were found.
            if (changes)
                calls.ForEach(static call => call.Function.Scope.Inputs.ForEach(static input => input.Pass(ElementKinds.Unknown)));
        }
    }

    // What is still without a type when all known ones were passed on makes others unknown.
    private static bool Pass(GraphValue? from, GraphValue? to, bool isUnknown)
    {
        if (to is null || from is null)
            return false;
        var kinds = from.Kinds;
        return to.Pass(kinds == ElementKinds.None && isUnknown ? ElementKinds.Unknown : kinds);
    }

    private static void Check(NodeCall call, NodeMessage node, OnnxContext context)
    {
        var value = call.Input(0) ?? call.Input(1) ?? call.Output(0);
        if (value is null || value.Kinds == ElementKinds.Other)
            return;
        var dividend = BoundsRules.Find(call.Input(0));
        if (BoundsRules.Has(BoundsRules.Find(call.Input(1)), NumberBounds.NotMinusOne) ||
            BoundsRules.Has(dividend, NumberBounds.NotLowest | NumberBounds.NotOne))
            return;
        var isUnknown = (value.Kinds & (ElementKinds.Int32 | ElementKinds.Int64)) == 0;
        context.Add(
            FindingCode.IntegerDivision,
            node,
            (isUnknown
                ? "its element type can't be inferred, and if it is INT32 or INT64, "
                : "") +
            $"the lowest number by -1 would end the process. Bound the divisor (Abs, or Max with 0; a constant other than -1 needs " +
            $"nothing){(isUnknown ? ", or declare the type (onnx.shape_inference)" : ", or compute with floating-point numbers")}");
    }
}
