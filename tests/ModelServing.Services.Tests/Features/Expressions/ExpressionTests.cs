using CsCheck;
using ModelServing.Features.Expressions;

namespace ModelServing.Services.Tests.Features.Expressions;

public class ExpressionTests
{
    private const double Saturday = 1_764_374_400e6; // 2025-11-29T00:00:00Z

    private static readonly Dictionary<string, ExpressionInput> Inputs = new()
    {
        ["time"] = new(0, ExpressionType.Number),
        ["a"] = new(1, ExpressionType.Number),
        ["b"] = new(2, ExpressionType.Number),
        ["none"] = new(3, ExpressionType.Number),
        ["yes"] = new(4, ExpressionType.Bool),
        ["text"] = new(5, ExpressionType.Text),
        ["nothing"] = new(6, ExpressionType.Text),
    };

    [Theory]
    [InlineData("1 + 2 * 3", 7)]
    [InlineData("(1 + 2) * 3", 9)]
    [InlineData("7 - 2 - 1", 4)]
    [InlineData("8 / 4 / 2", 1)]
    [InlineData("-a + 1", -2)]
    [InlineData("--a", 3)]
    [InlineData("a / 0", double.PositiveInfinity)]
    [InlineData("none + 1", double.NaN)]
    [InlineData("0.1 + 0.2", 0.30000000000000004)]
    [InlineData("min(a, b, 4)", 3)]
    [InlineData("max(a, b)", 5)]
    [InlineData("max(a, none)", double.NaN)]
    [InlineData("abs(a - b)", 2)]
    [InlineData("floor(-a / 2)", -2)]
    [InlineData("sqrt(a * a)", 3)]
    [InlineData("if(a < b, 10, 20)", 10)]
    [InlineData("if(none < b, 10, 20)", 20)]
    [InlineData("if(missing(none), 1, none)", 1)]
    [InlineData("a == 3 and b != 3 or false", 1)]
    [InlineData("not yes", 0)]
    [InlineData("not a > b and yes", 1)]
    [InlineData("text == 'food'", 1)]
    [InlineData("'rent' == text or text != 'rent'", 1)]
    [InlineData("nothing == nothing", 0)]
    [InlineData("nothing != 'food'", 1)]
    [InlineData("hour(time)", 0)]
    [InlineData("hour(time - 1)", 23)]
    [InlineData("weekday(time)", 5)]
    [InlineData("weekday(time - 1)", 4)]
    [InlineData("weekday(0)", 3)]
    [InlineData("hour(-1)", double.NaN)]
    public void It_has_the_value_that_its_text_says(string text, double value)
    {
        var expression = Expression.Parse(text, Inputs);
        Assert.Equal(value, Evaluate(expression));
        Assert.Equal(value, Evaluate(Expression.Parse(expression.ToString(), Inputs)));
        Assert.Equal(expression.ToString(), Expression.Parse(expression.ToString(), Inputs).ToString());
    }

    [Theory]
    [InlineData("", "column 1: the expression ends; a number, a name or '(' is expected")]
    [InlineData("a +", "column 4: the expression ends; a number, a name or '(' is expected")]
    [InlineData("a b", "column 3: this is 'b'; an operation such as + or the end is expected")]
    [InlineData("(a", "column 3: the expression ends; ')' is expected")]
    [InlineData("a ? 1", "column 3: '?' is not part of an expression")]
    [InlineData("c + 1", "column 1: there is no 'c' here; the names are time, a, b, none, yes, text, nothing")]
    [InlineData("exp(a)", "column 1: there is no function 'exp'; the functions are if, min, max, abs, floor, sqrt, hour, weekday, missing")]
    [InlineData("if(a, 1, 2)", "column 1: 'the first value of 'if'' needs a condition, and this is a number")]
    [InlineData("min(a)", "column 1: 'min' has 1 values in its brackets; it takes 2 to 10")]
    [InlineData("a < b < 3", "column 7: this is '<'; an operation such as + or the end is expected")]
    [InlineData("text + 1", "column 6: '+' needs a number, and this is a text")]
    [InlineData("text == 1", "column 6: a text can't be compared with a number")]
    [InlineData("010", "column 1: this is '010'; a number in plain digits is expected, such as 5 or 0.25")]
    [InlineData("'food", "column 1: the text has no closing quote")]
    [InlineData("missing(text)", "column 1: 'missing' takes a number; compare a text with == or !=")]
    public void A_text_that_is_not_an_expression_is_refused_with_the_place(string text, string message) =>
        Assert.Equal(message, Assert.Throws<ExpressionException>(() => Expression.Parse(text, Inputs)).Message);

    [Fact]
    public void Any_text_is_an_expression_or_refused() =>
        Gen.OneOf(
            Gen.OneOf("a", "yes", "text", "1.5", "'x'"),
            Gen.OneOf("(", ")", ",", " "),
            Gen.OneOf("+", "-", "*", "/", "<=", "==", "not "),
            Gen.OneOf("if(", "min(", "hour(", "and ", "or "),
            Gen.String[1, 2]).Array[0, 12].Sample(parts =>
        {
            try
            {
                var expression = Expression.Parse(string.Concat(parts), Inputs);
                if (expression.Type != ExpressionType.Text)
                    Assert.Equal(Evaluate(expression), Evaluate(Expression.Parse(expression.ToString(), Inputs)));
            }
            catch (ExpressionException)
            {
            }
        });

    [Theory]
    [InlineData("(", ")")]
    [InlineData("-", "")]
    [InlineData("1 + ", "")]
    [InlineData("abs(", ")")]
    public void A_deep_expression_is_refused(string before, string after)
    {
        static string Repeat(string part) => string.Concat(Enumerable.Repeat(part, 100));
        var text = Repeat(before) + "1" + Repeat(after);
        Assert.Contains("50", Assert.Throws<ExpressionException>(() => Expression.Parse(text, Inputs)).Message, StringComparison.Ordinal);
    }

    private static double Evaluate(Expression expression) => expression.Evaluate(
        [Saturday, 3, 5, double.NaN, 1, double.NaN, double.NaN], [null, null, null, null, null, "food", null]);
}
