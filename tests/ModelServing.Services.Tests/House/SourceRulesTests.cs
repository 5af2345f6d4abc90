using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace ModelServing.Services.Tests.House;

/// <summary>The rules that every source file keeps. The compiler itself checks that a namespace is its folder (IDE0130 in
/// .editorconfig).</summary>
public class SourceRulesTests
{
    private const int MaxColumns = 140;
    private const int MaxLines = 300;
    private const int MaxTestLines = 400;
    private const int MaxParameters = 7;

    [Fact]
    public void A_type_is_in_a_file_of_its_own_name() => SourceFiles.AssertNone(SourceFiles.All.SelectMany(static file =>
    {
        var name = Path.GetFileNameWithoutExtension(file.Path).Split('.')[0];
        return file.Types.Where(type => SourceFile.NameOf(type) != name && !MayShare(file, type))
            .Select(type => $"{file.At(type.GetLocation())}: {SourceFile.NameOf(type)}");
    }));

    [Fact]
    public void No_line_is_longer_than_140_columns() => SourceFiles.AssertNone(SourceFiles.All.SelectMany(static file =>
    {
        var raw = RawStringLines(file);
        return file.Lines.Index()
            .Where(line => line.Item.Length > MaxColumns && !raw.Contains(line.Index))
            .Select(line => $"{file.Path}:{line.Index + 1}: {line.Item.Length} columns");
    }));

    [Fact]
    public void A_constructor_assigns_one_field_per_line() => SourceFiles.AssertNone(SourceFiles.All.SelectMany(static file =>
        file.Root.DescendantNodes().OfType<ConstructorDeclarationSyntax>()
            .SelectMany(static constructor => constructor.DescendantNodes().OfType<AssignmentExpressionSyntax>())
            .Where(static assignment => assignment is { Left: TupleExpressionSyntax, Right: TupleExpressionSyntax })
            .Select(assignment => file.At(assignment.GetLocation()))));

    [Fact]
    public void No_product_file_has_more_than_300_lines() => AssertNoneIsLonger(SourceFiles.Product, MaxLines);

    [Fact]
    public void No_test_file_has_more_than_400_lines() => AssertNoneIsLonger(SourceFiles.All.Except(SourceFiles.Product), MaxTestLines);

    [Fact]
    public void No_constructor_of_the_product_has_more_than_seven_parameters() =>
        SourceFiles.AssertNone(SourceFiles.Product.SelectMany(static file =>
        file.Root.DescendantNodes().OfType<ParameterListSyntax>()
            .Where(static list => list.Parent is TypeDeclarationSyntax
                or ConstructorDeclarationSyntax && list.Parameters.Count > MaxParameters)
            .Select(list => $"{file.At(list.GetLocation())}: {list.Parameters.Count} parameters")));

    [Fact]
    public void No_method_is_named_just_Of() => SourceFiles.AssertNone(SourceFiles.All
        .Where(static file => !file.Path.StartsWith("tests/Doubles/", StringComparison.Ordinal))
        .SelectMany(static file => file.Root.DescendantNodes()
            .Where(static node => node is MethodDeclarationSyntax { Identifier.Text: "Of" }
                or LocalFunctionStatementSyntax { Identifier.Text: "Of" })
            .Select(node => file.At(node.GetLocation()))));

    private static void AssertNoneIsLonger(IEnumerable<SourceFile> files, int lines) => SourceFiles.AssertNone(files
        .Where(file => file.Lines.Count - 1 > lines)
        .Select(static file => $"{file.Path}: {file.Lines.Count - 1} lines"));

    // Source-generated logs and a record's own converter or serializer context are read together with the type that they belong to.
    private static bool MayShare(SourceFile file, MemberDeclarationSyntax type) =>
        file.Types.Count() > 1
        && type is ClassDeclarationSyntax declared
        && ((declared.Identifier.Text.EndsWith("Log", StringComparison.Ordinal) && declared.Modifiers.Any(SyntaxKind.PartialKeyword))
            || (declared.BaseList?.Types.Any(static type => type.ToString().StartsWith("JsonConverter", StringComparison.Ordinal))
                ?? false));

    // A break would change the text of a raw string. Most of them are JSON that a test sends or expects.
    private static HashSet<int> RawStringLines(SourceFile file) => [.. file.Root.DescendantTokens()
        .Where(static token => token.Kind() is SyntaxKind.SingleLineRawStringLiteralToken or SyntaxKind.MultiLineRawStringLiteralToken
            or SyntaxKind.Utf8SingleLineRawStringLiteralToken or SyntaxKind.Utf8MultiLineRawStringLiteralToken
            or SyntaxKind.InterpolatedRawStringEndToken || (token.IsKind(SyntaxKind.InterpolatedStringTextToken)
                && token.Parent?.Parent
                    is InterpolatedStringExpressionSyntax { StringStartToken.RawKind: not (int)SyntaxKind.InterpolatedStringStartToken }))
        .SelectMany(static token =>
        {
            var span = token.GetLocation().GetLineSpan();
            return Enumerable.Range(span.StartLinePosition.Line, span.EndLinePosition.Line - span.StartLinePosition.Line + 1);
        })];
}
