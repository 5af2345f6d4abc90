namespace Oci.Common.Auth;

/// <summary>Gets the session token that identifies the caller. It blocks. The official interface is public.</summary>
internal interface IFederationClient
{
    string GetSecurityToken();

    string RefreshAndGetSecurityToken();
}
