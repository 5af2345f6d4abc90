using System.Text.RegularExpressions;
using ModelServing.Contracts;
using Pulumi;

namespace ModelServing.Infra.Naming;

/// <summary>
/// What the resources of one environment are called and how they are tagged. Each name begins with project and environment, so that
/// several environments share a tenancy, and each is held against <see cref="NameForm"/>.
/// </summary>
public sealed class EnvironmentNames
{
    /// <summary>The most characters of a project's or an environment's name.</summary>
    public const int MaxLength = 30;

    private const string Form = "a-z, 0-9 and single '-' between, beginning with a letter";

    /// <summary>Makes the names of <paramref name="environment"/> of <paramref name="project"/>.</summary>
    /// <param name="project">The project: Pulumi's own name of it.</param>
    /// <param name="environment">The environment: the name of its stack.</param>
    /// <exception cref="ArgumentException">One of them can't be part of every name.</exception>
    public EnvironmentNames(string project, string environment)
    {
        Project = Check(project, "project");
        Environment = Check(environment, "environment");
    }

    /// <summary>The project.</summary>
    public string Project { get; }

    /// <summary>The environment.</summary>
    public string Environment { get; }

    /// <summary>The name of <paramref name="what"/>, as in <c>modelserving-dev-nodes</c>.</summary>
    /// <exception cref="ArgumentException">It is past OCI's limit.</exception>
    public string NameOf(string what, NameForm form)
    {
        ArgumentNullException.ThrowIfNull(form);
        return form.Check($"{Project}-{Environment}-{what}");
    }

    /// <summary>The name of <paramref name="what"/> as a display name.</summary>
    /// <exception cref="ArgumentException">It is past OCI's limit.</exception>
    public string NameOf(string what) => NameOf(what, NameForm.DisplayName);

    /// <summary>The name of the NoSQL table of <paramref name="what"/>, as in <c>modelserving_dev_journal</c>: tables know no '-'.</summary>
    /// <exception cref="ArgumentException">It is past OCI's limit.</exception>
    public string OfTable(string what) => NameForm.Table.Check($"{Project}_{Environment}_{what}".Replace('-', '_'));

    /// <summary>The name of the container repository of <paramref name="image"/>, as in <c>modelserving-dev/router</c>.</summary>
    /// <exception cref="ArgumentException">It is past OCI's limit.</exception>
    public string OfRepository(string image) => NameForm.Repository.Check(ImageNames.Repository(Project, Environment, image));

    /// <summary>The freeform tags of all that <paramref name="component"/> makes.</summary>
    internal InputMap<string> Tags(string component) => new()
    {
        ["project"] = Project,
        ["environment"] = Environment,
        ["component"] = component,
        ["managed-by"] = "pulumi",
    };

    private static string Check(string name, string what)
    {
        ArgumentException.ThrowIfNullOrEmpty(name, what);
        if (name.Length > MaxLength)
            throw new ArgumentException($"the {what} '{name}' has {name.Length} characters; it has at most {MaxLength}, since every name in the cloud begins with it");
        if (!Regex.IsMatch(name, @"\A[a-z][a-z0-9]*(-[a-z0-9]+)*\z", RegexOptions.CultureInvariant))
            throw new ArgumentException($"the {what} '{name}' can't begin every name in the cloud: {Form}");
        return name;
    }
}
