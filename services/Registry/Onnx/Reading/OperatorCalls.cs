using ModelServing.Registry.Safety;

namespace ModelServing.Registry.Onnx.Reading;

/// <summary>The calls of operators and functions. At the end of the file, when all functions are known, each call is checked against the
/// allowed domains and the defined functions.</summary>
internal sealed class OperatorCalls
{
    private readonly Dictionary<Call, CallCount> calls = [];
    private readonly List<FunctionMessage> functions = [];

    /// <summary>Records a node's call.</summary>
    internal void Add(OnnxContext context, NodeMessage node, string domain, string operation)
    {
        OnnxMessage? outer = node.Parent;
        while (outer is not null and not FunctionMessage)
            outer = outer.Parent;
        var call = new Call((FunctionMessage?)outer, new Callee(OperatorRules.Canonical(domain), operation));
        if (calls.TryGetValue(call, out var count))
            count.Count++;
        else if (context.TryRemember(domain, node) && context.TryRemember(operation, node))
            calls.Add(call, new CallCount(node));
    }

    /// <summary>Records a function that the model defines.</summary>
    internal void Define(OnnxContext context, FunctionMessage function)
    {
        if (functions.Count < context.Limits.Entries)
            functions.Add(function);
    }

    /// <summary>Checks all calls against the rules.</summary>
    internal void Check(OnnxContext context)
    {
        var defined = functions.ToLookup(static f => new Callee(OperatorRules.Canonical(f.Domain), f.FunctionName));
        var refused = calls.GroupBy(static c => c.Key.To)
            .Where(c => !OperatorRules.IsAllowed(c.Key.Domain) && !defined.Contains(c.Key));
        foreach (var call in refused)
        {
            var count = call.Sum(static c => (long)c.Value.Count);
            context.Add(
                FindingCode.OperatorDomain,
                call.First().Value.First,
                $"the domain '{OnnxMessage.Printable(call.Key.Domain)}' is not allowed" +
                $"{(count > 1 ? $" ({OnnxMessage.Printable(call.Key.Operation)} is used {count} times)" : "")}; allowed domains: " +
                $"{string.Join(", ", OperatorRules.Domains.Select(static d => $"'{d}'"))}, and the model's own functions");
        }

        if (functions.Count > 0)
            CheckFunctions(context, defined);
    }

    /// <summary>Counts the nodes with every call expanded, and finds functions that call themselves.</summary>
    /// <remarks>A name may be defined more than once (overloads). A call then counts for all of its definitions.</remarks>
    private void CheckFunctions(OnnxContext context, ILookup<Callee, FunctionMessage> defined)
    {
        var called = calls.Where(static c => c.Key.From is not null)
            .ToLookup(
                static c => new Callee(OperatorRules.Canonical(c.Key.From!.Domain), c.Key.From!.FunctionName),
                static c => (c.Key.To, c.Value.Count));
        var sizes = new Dictionary<Callee, long>();
        var open = new HashSet<Callee>();
        var path = new Stack<(Callee Function, IEnumerator<(Callee To, int Count)> Left)>();
        foreach (var function in defined)
        {
            Enter(function.Key);
            while (path.TryPeek(out var at))
            {
                if (!at.Left.MoveNext())
                {
                    path.Pop();
                    open.Remove(at.Function);
                    sizes[at.Function] = SizeOf(called[at.Function]);
                }
                else if (open.Contains(at.Left.Current.To))
                {
                    var callee = OnnxMessage.Printable(at.Left.Current.To.Operation);
                    context.Add(FindingCode.FunctionRecursion, defined[at.Function].First(), $"it calls '{callee}', which calls it back");
                }
                else if (defined.Contains(at.Left.Current.To))
                {
                    Enter(at.Left.Current.To);
                }
            }
        }

        var total = SizeOf(calls.Where(static c => c.Key.From is null).Select(static c => (c.Key.To, c.Value.Count)));
        if (total > context.Limits.Nodes)
        {
            context.Add(
                FindingCode.FunctionExpansion,
                RegistryLayout.ModelFile,
                $"with all functions expanded, the model has more than {context.Limits.Nodes} nodes");
        }


        void Enter(Callee function)
        {
            if (!sizes.ContainsKey(function) && open.Add(function))
                path.Push((function, called[function].GetEnumerator()));
        }

        // Sizes are capped at one past the limit, so that multiplying them can't overflow.
        long SizeOf(IEnumerable<(Callee To, int Count)> nodes)
        {
            var cap = context.Limits.Nodes + 1L;
            long size = 0;
            foreach (var (to, count) in nodes)
                size = Math.Min(cap, size + (Math.Min(cap, count) * (1 + sizes.GetValueOrDefault(to))));
            return size;
        }
    }

    private readonly record struct Callee(string Domain, string Operation);

    /// <summary>A call from a function, or from one of the model's own graphs (null).</summary>
    private readonly record struct Call(FunctionMessage? From, Callee To);

    private sealed class CallCount(NodeMessage first)
    {
        internal NodeMessage First => first;

        internal int Count { get; set; } = 1;
    }
}
