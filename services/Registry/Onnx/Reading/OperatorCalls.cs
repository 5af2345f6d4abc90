using ModelServing.Registry.Safety;

namespace ModelServing.Registry.Onnx.Reading;

/// <summary>Which operators and functions are called from where, so that at the end, when all functions are known, each call can be held
/// against what is allowed and what is defined.</summary>
internal sealed class OperatorCalls
{
    private readonly Dictionary<Call, Calls> calls = [];
    private readonly List<FunctionMessage> functions = [];

    /// <summary>Notes a node.</summary>
    internal void Add(OnnxContext context, NodeMessage node, string domain, string operation)
    {
        OnnxMessage? around = node.Parent;
        while (around is not null and not FunctionMessage)
            around = around.Parent;
        var call = new Call((FunctionMessage?)around, new Callee(OperatorRules.Canonical(domain), operation));
        if (calls.TryGetValue(call, out var before))
            before.Count++;
        else if (context.MayRemember(domain, node) && context.MayRemember(operation, node))
            calls.Add(call, new Calls(node));
    }

    /// <summary>Notes a function that the model defines.</summary>
    internal void Define(OnnxContext context, FunctionMessage function)
    {
        if (functions.Count < context.Limits.Entries)
            functions.Add(function);
    }

    /// <summary>Holds all calls against the rules.</summary>
    internal void Check(OnnxContext context)
    {
        var defined = functions.ToLookup(static f => new Callee(OperatorRules.Canonical(f.Domain), f.FunctionName));
        foreach (var call in calls.GroupBy(static c => c.Key.To).Where(c => !OperatorRules.IsAllowed(c.Key.Domain) && !defined.Contains(c.Key)))
        {
            var count = call.Sum(static c => (long)c.Value.Count);
            context.Add(
                FindingCode.OperatorDomain,
                call.First().Value.First,
                $"the domain '{OnnxMessage.Shown(call.Key.Domain)}' is not allowed{(count > 1 ? $", and {OnnxMessage.Shown(call.Key.Operation)} is used {count} times" : "")}; allowed are {string.Join(", ", OperatorRules.Domains.Select(static d => $"'{d}'"))}, and functions that the model defines");
        }

        if (functions.Count > 0)
            CheckFunctions(context, defined);
    }

    /// <summary>Counts the nodes with every call written out, and finds functions that call themselves.</summary>
    /// <remarks>A name may be defined more than once (overloads); a call then counts for all of them.</remarks>
    private void CheckFunctions(OnnxContext context, ILookup<Callee, FunctionMessage> defined)
    {
        var called = calls.Where(static c => c.Key.From is not null)
            .ToLookup(static c => new Callee(OperatorRules.Canonical(c.Key.From!.Domain), c.Key.From!.FunctionName), static c => (c.Key.To, c.Value.Count));
        var sizes = new Dictionary<Callee, long>();
        var open = new HashSet<Callee>();
        var way = new Stack<(Callee Function, IEnumerator<(Callee To, int Count)> Left)>();
        foreach (var function in defined)
        {
            Enter(function.Key);
            while (way.TryPeek(out var at))
            {
                if (!at.Left.MoveNext())
                {
                    way.Pop();
                    open.Remove(at.Function);
                    sizes[at.Function] = SizeOf(called[at.Function]);
                }
                else if (open.Contains(at.Left.Current.To))
                {
                    context.Add(FindingCode.FunctionRecursion, defined[at.Function].First(), $"it calls '{OnnxMessage.Shown(at.Left.Current.To.Operation)}', which calls it");
                }
                else if (defined.Contains(at.Left.Current.To))
                {
                    Enter(at.Left.Current.To);
                }
            }
        }

        var all = SizeOf(calls.Where(static c => c.Key.From is null).Select(static c => (c.Key.To, c.Value.Count)));
        if (all > context.Limits.Nodes)
            context.Add(FindingCode.FunctionExpansion, RegistryLayout.ModelFile, $"with its functions written out the model has more than {context.Limits.Nodes} nodes");

        void Enter(Callee function)
        {
            if (!sizes.ContainsKey(function) && open.Add(function))
                way.Push((function, called[function].GetEnumerator()));
        }

        // One past the limit is as good as any larger number, and can be multiplied.
        long SizeOf(IEnumerable<(Callee To, int Count)> nodes)
        {
            var most = context.Limits.Nodes + 1L;
            long size = 0;
            foreach (var (to, count) in nodes)
                size = Math.Min(most, size + (Math.Min(most, count) * (1 + sizes.GetValueOrDefault(to))));
            return size;
        }
    }

    private readonly record struct Callee(string Domain, string Operation);

    /// <summary>From a function, or from the model's own graphs (null).</summary>
    private readonly record struct Call(FunctionMessage? From, Callee To);

    private sealed class Calls(NodeMessage first)
    {
        internal NodeMessage First => first;

        internal int Count { get; set; } = 1;
    }
}
