using System.Globalization;

namespace ModelServing.Features.Expressions;

/// <summary>
/// Reads an expression, from the operations that bind least to those that bind most:
/// <code>
/// or
/// and
/// not
/// == != &lt; &lt;= &gt; &gt;=    (two operands only)
/// + -
/// * /
/// - (sign)
/// 1.5  'text'  name  true  false  function(...)  (...)
/// </code>
/// </summary>
internal sealed class ExpressionParser(string text, IReadOnlyDictionary<string, ExpressionInput> inputs)
{
    private const int MaxDepth = 50;

    private readonly ExpressionTokens tokens = new(text);
    private readonly HashSet<string> names = [];
    private int depth;

    /// <summary>The names in the expression.</summary>
    internal IReadOnlyCollection<string> Names => names;

    internal ExpressionNode Parse()
    {
        var root = ReadOr();
        if (tokens.Current.Length > 0)
            throw tokens.Fault("an operation such as + or the end is expected");
        return root;
    }

    private ExpressionNode ReadOr() => ReadBinary(ReadAnd, "or");

    private ExpressionNode ReadAnd() => ReadBinary(ReadNot, "and");

    private ExpressionNode ReadNot()
    {
        if (tokens.Current != "not")
            return ReadComparison();
        var column = tokens.Column;
        tokens.MoveNext();
        var operand = Deeper(ReadNot);
        Require(operand, ExpressionType.Bool, column, "not");
        return new OperationNode(Operation.Not, ExpressionType.Bool, [operand]);
    }

    private ExpressionNode ReadComparison()
    {
        var left = ReadSum();
        if (tokens.Current is not ("==" or "!=" or "<" or "<=" or ">" or ">="))
            return left;
        var (symbol, column) = (tokens.Current, tokens.Column);
        tokens.MoveNext();
        var right = ReadSum();
        if (symbol is "==" or "!=")
        {
            if (left.Type != right.Type)
                throw new ExpressionException($"column {column}: {Name(left.Type)} can't be compared with {Name(right.Type)}");
            if (left.Type == ExpressionType.Text)
                return new TextComparisonNode(left, right, symbol == "==");
        }
        else
        {
            Require(left, ExpressionType.Number, column, symbol);
            Require(right, ExpressionType.Number, column, symbol);
        }

        return new OperationNode(ExpressionSyntax.FindSymbol(symbol)!.Value, ExpressionType.Bool, [left, right]);
    }

    private ExpressionNode ReadSum() => ReadBinary(ReadProduct, "+", "-");

    private ExpressionNode ReadProduct() => ReadBinary(ReadSign, "*", "/");

    private ExpressionNode ReadSign()
    {
        var column = tokens.Column;
        if (!tokens.TryTake("-"))
            return ReadPrimary();
        var operand = Deeper(ReadSign);
        Require(operand, ExpressionType.Number, column, "-");
        return new OperationNode(Operation.Negate, ExpressionType.Number, [operand]);
    }

    private ExpressionNode ReadPrimary()
    {
        if (tokens.IsNumber)
            return ReadNumber();
        if (tokens.IsText)
        {
            var quoted = tokens.Current;
            tokens.MoveNext();
            return new TextNode(quoted[1..^1]);
        }

        if (tokens.TryTake("("))
        {
            var inner = Deeper(ReadOr);
            tokens.Take(")");
            return inner;
        }

        return tokens.IsName ? ReadName() : throw tokens.Fault("a number, a name or '(' is expected");
    }

    private ConstantNode ReadNumber()
    {
        // 010 and 1. are numbers to some readers only.
        var digits = tokens.Current;
        if (digits is ['0', >= '0' and <= '9', ..] or [.., '.'] || digits.Count(static c => c == '.') > 1)
            throw tokens.Fault("a number in plain digits is expected, such as 5 or 0.25");
        tokens.MoveNext();
        var number = double.Parse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);
        return new ConstantNode(number, ExpressionType.Number, digits);
    }

    private ExpressionNode ReadName()
    {
        var (name, column) = (tokens.Current, tokens.Column);
        tokens.MoveNext();
        if (name is "true" or "false")
            return new ConstantNode(name == "true" ? 1 : 0, ExpressionType.Bool, name);
        if (tokens.TryTake("("))
            return ReadFunction(name, column);
        if (!inputs.TryGetValue(name, out var input))
        {
            throw new ExpressionException(
                $"column {column}: there is no '{name}' here; the names are {string.Join(", ", inputs.Keys)}");
        }

        names.Add(name);
        return new InputNode(name, input);
    }

    private OperationNode ReadFunction(string name, int column)
    {
        if (ExpressionSyntax.FindFunction(name) is not { } operation)
        {
            throw new ExpressionException(
                $"column {column}: there is no function '{name}'; the functions are {ExpressionSyntax.FunctionNames}");
        }

        var operands = new List<ExpressionNode>();
        do
            operands.Add(Deeper(ReadOr));
        while (tokens.TryTake(","));
        tokens.Take(")");
        var (least, most) = operation switch
        {
            Operation.If => (3, 3),
            Operation.Min or Operation.Max => (2, 10),
            _ => (1, 1),
        };
        if (operands.Count < least || operands.Count > most)
        {
            var takes = least == most ? $"{least}" : $"{least} to {most}";
            throw new ExpressionException($"column {column}: '{name}' has {operands.Count} values in its brackets; it takes {takes}");
        }

        if (operation == Operation.If)
        {
            Require(operands[0], ExpressionType.Bool, column, "the first value of 'if'");
            if (operands[1].Type != operands[2].Type || operands[1].Type == ExpressionType.Text)
                throw new ExpressionException($"column {column}: both results of 'if' must be numbers, or both must be true or false");
            return new OperationNode(operation, operands[1].Type, [.. operands]);
        }

        if (operation == Operation.Missing && operands[0].Type == ExpressionType.Text)
            throw new ExpressionException($"column {column}: 'missing' takes a number; compare a text with == or !=");
        if (operation != Operation.Missing)
            operands.ForEach(operand => Require(operand, ExpressionType.Number, column, name));
        return new OperationNode(
            operation, operation == Operation.Missing ? ExpressionType.Bool : ExpressionType.Number, [.. operands]);
    }

    private ExpressionNode ReadBinary(Func<ExpressionNode> readOperand, params ReadOnlySpan<string> symbols)
    {
        var left = readOperand();
        var length = 0;
        while (symbols.Contains(tokens.Current))
        {
            var (symbol, column) = (tokens.Current, tokens.Column);
            tokens.MoveNext();
            var right = readOperand();
            var type = symbol is "or" or "and" ? ExpressionType.Bool : ExpressionType.Number;
            Require(left, type, column, symbol);
            Require(right, type, column, symbol);
            // A long sum is as deep as it is long.
            if (++length > MaxDepth)
                throw new ExpressionException($"column {column}: this is the {length}th '{symbol}' in a row; the limit is {MaxDepth}");
            left = new OperationNode(ExpressionSyntax.FindSymbol(symbol)!.Value, type, [left, right]);
        }

        return left;
    }

    private ExpressionNode Deeper(Func<ExpressionNode> read)
    {
        if (++depth > MaxDepth)
            throw new ExpressionException($"column {tokens.Column}: this is nested more than {MaxDepth} levels deep");
        var node = read();
        depth--;
        return node;
    }

    private static void Require(ExpressionNode node, ExpressionType type, int column, string user)
    {
        if (node.Type != type)
            throw new ExpressionException($"column {column}: '{user}' needs {Name(type)}, and this is {Name(node.Type)}");
    }

    private static string Name(ExpressionType type) => type switch
    {
        ExpressionType.Number => "a number",
        ExpressionType.Bool => "a condition",
        _ => "a text",
    };
}
