using ModelServing.Oci.Calls;

namespace ModelServing.Oci.Identity;

/// <summary>Recognizes failures of an identity in the exceptions of this project's stores.</summary>
public static class IdentityFailures
{
    /// <summary>Whether the exception was caused by an identity that could not be obtained. The same call may succeed later.</summary>
    public static bool IsCauseOf(Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is ServiceFailure { IsOfIdentity: true })
                return true;
        }

        return false;
    }
}
