namespace ModelServing.Features.Expressions;

/// <summary>The symbols, functions and reserved words of expressions.</summary>
public static class ExpressionSyntax
{
    /// <summary>The name of the time: of reading in an expression, of the event in a condition.</summary>
    public const string Time = "time";

    /// <summary>Names that no field, feature or value of a request can have.</summary>
    public static readonly IReadOnlyList<string> Reserved =
        [Time, "and", "or", "not", "true", "false", "if", "min", "max", "abs", "floor", "sqrt", "hour", "weekday", "missing"];

    private static readonly Dictionary<string, Operation> Functions = new()
    {
        ["if"] = Operation.If,
        ["min"] = Operation.Min,
        ["max"] = Operation.Max,
        ["abs"] = Operation.Abs,
        ["floor"] = Operation.Floor,
        ["sqrt"] = Operation.Sqrt,
        ["hour"] = Operation.Hour,
        ["weekday"] = Operation.Weekday,
        ["missing"] = Operation.Missing,
    };

    private static readonly Dictionary<string, Operation> Symbols = new()
    {
        ["or"] = Operation.Or,
        ["and"] = Operation.And,
        ["=="] = Operation.Equal,
        ["!="] = Operation.NotEqual,
        ["<"] = Operation.Less,
        ["<="] = Operation.LessOrEqual,
        [">"] = Operation.Greater,
        [">="] = Operation.GreaterOrEqual,
        ["+"] = Operation.Add,
        ["-"] = Operation.Subtract,
        ["*"] = Operation.Multiply,
        ["/"] = Operation.Divide,
    };

    /// <summary>The names of the functions, for messages.</summary>
    internal static string FunctionNames => string.Join(", ", Functions.Keys);

    internal static Operation? FindFunction(string name) => Functions.TryGetValue(name, out var operation) ? operation : null;

    internal static Operation? FindSymbol(string symbol) => Symbols.TryGetValue(symbol, out var operation) ? operation : null;

    internal static string? SymbolOf(Operation operation) =>
        Symbols.FirstOrDefault(pair => pair.Value == operation).Key;

    internal static string NameOf(Operation operation) => Functions.First(pair => pair.Value == operation).Key;
}
