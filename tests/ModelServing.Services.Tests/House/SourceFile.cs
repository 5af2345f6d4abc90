using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace ModelServing.Services.Tests.House;

/// <summary>One C# file.</summary>
/// <param name="Path">Its path below the repository's root, with '/'.</param>
/// <param name="Lines">Its lines.</param>
/// <param name="Root">Its syntax tree.</param>
internal sealed record SourceFile(string Path, IReadOnlyList<string> Lines, CompilationUnitSyntax Root)
{
    /// <summary>The types that the file declares outside of any other type.</summary>
    internal IEnumerable<MemberDeclarationSyntax> Types => Root.Members
        .SelectMany(static member => member is BaseNamespaceDeclarationSyntax space
            ? (IEnumerable<MemberDeclarationSyntax>)space.Members
            : [member])
        .Where(static member => member is BaseTypeDeclarationSyntax or DelegateDeclarationSyntax);

    /// <summary>The name of a type that <see cref="Types"/> gives.</summary>
    internal static string NameOf(MemberDeclarationSyntax type) =>
        type is BaseTypeDeclarationSyntax named ? named.Identifier.Text : ((DelegateDeclarationSyntax)type).Identifier.Text;

    /// <summary>The place of a node or token, as an editor takes it.</summary>
    internal string At(Location location) => $"{Path}:{location.GetLineSpan().StartLinePosition.Line + 1}";

    /// <summary>The text of comments, XML docs and strings, each with the line that it begins on.</summary>
    internal IEnumerable<(string Place, string Text)> Prose()
    {
        foreach (var trivia in Root.DescendantTrivia(descendIntoTrivia: false))
        {
            if (trivia.Kind() is SyntaxKind.SingleLineCommentTrivia or SyntaxKind.MultiLineCommentTrivia
                or SyntaxKind.SingleLineDocumentationCommentTrivia or SyntaxKind.MultiLineDocumentationCommentTrivia)
            {
                yield return (At(trivia.GetLocation()), trivia.ToFullString());
            }
        }

        foreach (var token in Root.DescendantTokens())
        {
            if (token.Kind() is SyntaxKind.StringLiteralToken or SyntaxKind.InterpolatedStringTextToken
                    or SyntaxKind.SingleLineRawStringLiteralToken
                    or SyntaxKind.MultiLineRawStringLiteralToken
                    or SyntaxKind.Utf8StringLiteralToken)
            {
                yield return (At(token.GetLocation()), token.Text);
            }
        }
    }
}
